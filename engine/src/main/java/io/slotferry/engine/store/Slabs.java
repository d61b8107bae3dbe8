package io.slotferry.engine.store;

import java.util.Arrays;

/**
 * Memory for many small pieces, in few large arrays: a million keys are a million objects that the
 * collector of the JVM marks and copies, and everything waits while it does. These arrays it only
 * sees as a whole, and never moves.
 *
 * <pre>
 *   slab    an array of 8 MB; the first ones are smaller
 *   page    32 KB of a slab
 *   run     pages side by side, all for blocks of one size: one page for small blocks, eight for
 *           large ones, of which a page would hold few; it has the number of its first page
 *   block   a piece of memory; its number says where it is: slab | page | offset
 * </pre>
 *
 * A block's size is one of some sizes, up to 6 % apart ({@link #sizeFor}). The free blocks of a run
 * form a list, each with the number of the next in its first bytes; the runs with free blocks of
 * one size form a list too. Pages without blocks serve any size, a slab without runs is given back
 * while others have pages left. This is how memcached and jemalloc do it.
 *
 * <p>Where blocks of many sizes come and go, much stays free between them. {@link #evacuate}
 * chooses runs that get no blocks any more, and slabs that get no runs, and whoever owns the blocks
 * that are left {@link #isEvacuated moves} them.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class Slabs {
  /** Larger pieces are no blocks. */
  static final int BLOCK_BYTES_MAX = 32 << 10;

  /** There is no room for a block. */
  static final int NONE = -1;

  private static final int UNIT_SHIFT = 3;
  private static final int PAGE_SHIFT = 15;
  private static final int SLAB_SHIFT = 23;
  private static final int PAGE_BYTES = 1 << PAGE_SHIFT;
  private static final int PAGES_PER_SLAB = 1 << (SLAB_SHIFT - PAGE_SHIFT);

  /** Of the bits that say which pages have no blocks. */
  private static final int WORDS_PER_SLAB = PAGES_PER_SLAB / Long.SIZE;

  /** G1 gives to a large array regions of its own, of 2 MB each: with its header, it fills them. */
  private static final int HEADER_BYTES = 16;

  /**
   * At each collection G1 looks at all large arrays, which have left the caches long ago: with 2 GB
   * in arrays of 2 MB that was most of the stop.
   */
  private static final int SLAB_BYTES = (1 << SLAB_SHIFT) - HEADER_BYTES;

  /** A copy with few keys takes little. */
  private static final int[] FIRST_SLABS_BYTES = {
    32 << 10, 64 << 10, 128 << 10, 256 << 10, 512 << 10, (2 << 20) - HEADER_BYTES
  };

  /** The next slab is made when so much of the newest one is left: a quarter. */
  private static final int WANTED_SHIFT = 2;

  /** Together 16 GB: what the numbers of blocks reach, being positive. */
  private static final int SLABS_MAX = 1 << (Integer.SIZE - 1 - (SLAB_SHIFT - UNIT_SHIFT));

  private static final int UNITS_PER_PAGE_SHIFT = PAGE_SHIFT - UNIT_SHIFT;
  private static final int OFFSET_MASK = (1 << (SLAB_SHIFT - UNIT_SHIFT)) - 1;

  /** Sizes are this far apart, bytes, up to 256; twice as far up to 512, and so on. */
  private static final int FINEST_STEP_SHIFT = UNIT_SHIFT;

  private static final int STEPS_PER_DOUBLING = 16;
  private static final int FINEST_SIZES = 32;
  private static final int SIZES = FINEST_SIZES + 7 * STEPS_PER_DOUBLING;

  /** Of the sizes, the first whose blocks are large: more than 4 KB. */
  private static final int FIRST_LARGE_SIZE = FINEST_SIZES + 4 * STEPS_PER_DOUBLING;

  /** Of a run of large blocks, whose first page has a number that is divisible by it. */
  private static final int PAGES_PER_LARGE_RUN = 8;

  /** A bit for each of its pages. */
  private static final long LARGE_RUN = (1L << PAGES_PER_LARGE_RUN) - 1;

  /** The bits of the pages that one may begin with. */
  private static final long FIRST_OF_LARGE_RUNS = 0x0101010101010101L;

  /** With so many runs of large blocks to come, 2 MB, an empty slab is not needed. */
  private static final int SPARE_LARGE_RUNS = 8;

  /** Of what is free, the least that is worth the moving: two slabs, for one is always in use. */
  private static final long WORTH_MOVING_BYTES = 16 << 20;

  /** The part of all slabs that may be free without any moving: a quarter. */
  private static final int MAY_BE_FREE_SHIFT = 2;

  /** What blocks take beside their bytes when they have moved together, at most: an eighth. */
  private static final int SCATTERED_SHIFT = 3;

  /** In the place of a page's size: no blocks are in it. */
  private static final short UNUSED = -1;

  private static final byte FREED = (byte) 0xdb;

  /** In the place of an array that is not there. */
  private static final byte[] NO_SLAB = {};

  private final NextSlab nextSlab = new NextSlab(SLAB_BYTES, NextSlab.MAKER, System::nanoTime);
  private byte[][] slabs = noSlabs();
  private int slabCount;

  /** Of the slabs: whether they get no runs any more, and are given back when they have none. */
  private boolean[] leaving = new boolean[FIRST_SLABS_BYTES.length];

  /** A bit for each page that has no blocks. */
  private long[] unusedPages = new long[FIRST_SLABS_BYTES.length * WORDS_PER_SLAB];

  /** Of the slabs that stay. */
  private int unusedCount;

  /** With fewer, the next slab had better be made. */
  private int unusedCountMin;

  /** No word before it has unused pages. */
  private int firstUnused;

  /** No word before it has unused pages for a run of large blocks. */
  private int firstUnusedRun;

  /** By page. */
  private short[] sizes = new short[0];

  // By run.
  private short[] used = new short[0];
  private short[] fresh = new short[0];
  private int[] free = new int[0];
  private int[] next = new int[0];
  private int[] previous = new int[0];
  private boolean[] evacuated = new boolean[0];

  /** Of each size, the first run with free blocks. */
  private final int[] open = new int[SIZES];

  private boolean evacuating;

  /** Of all slabs, when blocks began to move together last. */
  private long slabBytesBefore;

  /** What stayed free although blocks had moved together: more moving would not help. */
  private long freeAfterMoving;

  private long usedBytes;
  private long slabBytes;

  Slabs() {
    Arrays.fill(open, NONE);
  }

  private static byte[][] noSlabs() {
    byte[][] none = new byte[FIRST_SLABS_BYTES.length][];
    Arrays.fill(none, NO_SLAB);
    return none;
  }

  // ---- sizes

  /** The index of the smallest size that holds so many bytes, up to {@link #BLOCK_BYTES_MAX}. */
  private static int sizeFor(int bytes) {
    int units = Math.max(0, bytes - 1) >>> FINEST_STEP_SHIFT;
    if (units < FINEST_SIZES) {
      return units;
    }
    int doublings = Integer.SIZE - Integer.numberOfLeadingZeros(units / FINEST_SIZES);
    return FINEST_SIZES
        + (doublings - 1) * STEPS_PER_DOUBLING
        + (units >>> doublings)
        - STEPS_PER_DOUBLING;
  }

  private static boolean isLarge(int size) {
    return size >= FIRST_LARGE_SIZE;
  }

  private static int bytesOf(int size) {
    if (size < FINEST_SIZES) {
      return (size + 1) << FINEST_STEP_SHIFT;
    }
    int doublings = (size - FINEST_SIZES) / STEPS_PER_DOUBLING + 1;
    int steps = (size - FINEST_SIZES) % STEPS_PER_DOUBLING + STEPS_PER_DOUBLING + 1;
    return steps << doublings << FINEST_STEP_SHIFT;
  }

  /** What a block for so many bytes takes, bytes. */
  static int roundUp(int bytes) {
    return bytesOf(sizeFor(bytes));
  }

  // ---- blocks

  /**
   * A block of at least so many bytes, whatever is in it, or {@link #NONE}.
   *
   * @param bytes up to {@link #BLOCK_BYTES_MAX}
   */
  int allocate(int bytes) {
    int size = sizeFor(bytes);
    int run = open[size];
    if (run == NONE) {
      run = openRun(size);
      if (run == NONE) {
        return NONE;
      }
    }
    int block = free[run];
    if (block == NONE) {
      block = (run << UNITS_PER_PAGE_SHIFT) + (fresh[run]++ * bytesOf(size) >>> UNIT_SHIFT);
    } else {
      free[run] = link(block);
    }
    used[run]++;
    usedBytes += bytesOf(size);
    if (isFull(run)) {
      close(run);
    }
    return block;
  }

  /** Gives a block back; what is in it is lost. */
  void free(int block) {
    int run = runOf(block);
    int bytes = bytesOf(sizes[run]);
    assert overwritten(block, bytes);
    boolean closed = isFull(run) || evacuated[run];
    link(block, free[run]);
    free[run] = block;
    usedBytes -= bytes;
    if (--used[run] == 0) {
      if (!closed) {
        close(run);
      }
      abandon(run);
    } else if (closed && !evacuated[run]) {
      open(run);
    }
  }

  /** The array that a block is in. */
  byte[] array(int block) {
    return slabs[block >>> (SLAB_SHIFT - UNIT_SHIFT)];
  }

  /** Where in its {@link #array} a block begins. */
  static int offset(int block) {
    return (block & OFFSET_MASK) << UNIT_SHIFT;
  }

  /** How many bytes the block holds. */
  int size(int block) {
    return bytesOf(sizes[pageOf(block)]);
  }

  /** Gives everything back. */
  void clear() {
    slabs = noSlabs();
    leaving = new boolean[FIRST_SLABS_BYTES.length];
    unusedPages = new long[FIRST_SLABS_BYTES.length * WORDS_PER_SLAB];
    slabCount = 0;
    unusedCount = 0;
    unusedCountMin = 0;
    nextSlab.forget();
    firstUnused = 0;
    firstUnusedRun = 0;
    resizePages(0);
    Arrays.fill(open, NONE);
    evacuating = false;
    usedBytes = 0;
    freeAfterMoving = 0;
    slabBytes = 0;
  }

  /** Of the blocks that are given out, bytes. */
  long usedBytes() {
    return usedBytes;
  }

  /** Of all slabs. */
  long slabBytes() {
    return slabBytes;
  }

  /** Whoever reads a block that was given back is to notice. */
  private boolean overwritten(int block, int bytes) {
    int offset = offset(block);
    Arrays.fill(array(block), offset, offset + bytes, FREED);
    return true;
  }

  private int link(int block) {
    return (int) PackedEntry.INT.get(array(block), offset(block));
  }

  private void link(int block, int next) {
    PackedEntry.INT.set(array(block), offset(block), next);
  }

  // ---- runs

  private static int pageOf(int block) {
    return block >>> UNITS_PER_PAGE_SHIFT;
  }

  private int runOf(int block) {
    int page = pageOf(block);
    return isLarge(sizes[page]) ? page & -PAGES_PER_LARGE_RUN : page;
  }

  private static int pagesFor(int size) {
    return isLarge(size) ? PAGES_PER_LARGE_RUN : 1;
  }

  private int capacity(int run) {
    int start = (run % PAGES_PER_SLAB) * PAGE_BYTES;
    int left = slabs[run / PAGES_PER_SLAB].length - start;
    return Math.min(pagesFor(sizes[run]) * PAGE_BYTES, left) / bytesOf(sizes[run]);
  }

  private boolean isFull(int run) {
    return free[run] == NONE && used[run] == fresh[run] && fresh[run] == capacity(run);
  }

  /** A run that gets blocks of this size now, or {@link #NONE}. */
  private int openRun(int size) {
    int run = isLarge(size) ? unusedLargeRun() : unusedPage();
    if (run == NONE) {
      return NONE;
    }
    int pages = pagesFor(size);
    unusedPages[run / Long.SIZE] &= ~bits(run, pages);
    unusedCount -= pages;
    if (unusedCount < unusedCountMin) {
      nextSlab.want();
    }
    Arrays.fill(sizes, run, run + pages, (short) size);
    used[run] = 0;
    fresh[run] = 0;
    free[run] = NONE;
    open(run);
    return run;
  }

  /** The bits of its pages in their word. */
  private static long bits(int run, int pages) {
    return (pages == 1 ? 1 : LARGE_RUN) << (run % Long.SIZE);
  }

  private int unusedPage() {
    if (unusedCount == 0 && addSlab() == NONE) {
      return NONE;
    }
    while (unusedPages[firstUnused] == 0 || leaving[firstUnused / WORDS_PER_SLAB]) {
      firstUnused++;
    }
    return firstUnused * Long.SIZE + Long.numberOfTrailingZeros(unusedPages[firstUnused]);
  }

  private int unusedLargeRun() {
    while (firstUnusedRun < unusedPages.length) {
      int run = unusedLargeRun(firstUnusedRun);
      if (run != NONE && !leaving[run / PAGES_PER_SLAB]) {
        return run;
      }
      firstUnusedRun++;
    }
    // The first slabs are too small for one.
    int slab = addSlab();
    while (slab != NONE && pagesOf(slab) < PAGES_PER_LARGE_RUN) {
      slab = addSlab();
    }
    return slab == NONE ? NONE : unusedLargeRun(slab * WORDS_PER_SLAB);
  }

  private int unusedLargeRun(int word) {
    long runs = unusedLargeRuns(word);
    return runs == 0 ? NONE : word * Long.SIZE + Long.numberOfTrailingZeros(runs);
  }

  /** A bit for the first page of each. */
  private long unusedLargeRuns(int word) {
    long pages = unusedPages[word];
    long pairs = pages & pages >>> 1;
    long fours = pairs & pairs >>> 2;
    return fours & fours >>> 4 & FIRST_OF_LARGE_RUNS;
  }

  /** Puts the run first among those with free blocks of its size. */
  private void open(int run) {
    int first = open[sizes[run]];
    next[run] = first;
    previous[run] = NONE;
    if (first != NONE) {
      previous[first] = run;
    }
    open[sizes[run]] = run;
  }

  private void close(int run) {
    if (previous[run] == NONE) {
      open[sizes[run]] = next[run];
    } else {
      next[previous[run]] = next[run];
    }
    if (next[run] != NONE) {
      previous[next[run]] = previous[run];
    }
  }

  private void abandon(int run) {
    int runPages = pagesFor(sizes[run]);
    Arrays.fill(sizes, run, run + runPages, UNUSED);
    evacuated[run] = false;
    int word = run / Long.SIZE;
    unusedPages[word] |= bits(run, runPages);
    int slab = run / PAGES_PER_SLAB;
    if (!leaving[slab]) {
      offer(word, runPages);
    }
    dropIfSpare(slab);
  }

  /** There are so many unused pages more, in this word or after it. */
  private void offer(int word, int pages) {
    unusedCount += pages;
    firstUnused = Math.min(firstUnused, word);
    firstUnusedRun = Math.min(firstUnusedRun, word);
  }

  // ---- slabs

  private static int bytesOfSlab(int slab) {
    return slab < FIRST_SLABS_BYTES.length ? FIRST_SLABS_BYTES[slab] : SLAB_BYTES;
  }

  private static int pagesOf(int slab) {
    return (bytesOfSlab(slab) + PAGE_BYTES - 1) / PAGE_BYTES;
  }

  private int unusedPagesOf(int slab) {
    int unused = 0;
    for (int word = 0; word < WORDS_PER_SLAB; word++) {
      unused += Long.bitCount(unusedPages[slab * WORDS_PER_SLAB + word]);
    }
    return unused;
  }

  /** Were the only empty slab given back, the next key might need it again. */
  private void dropIfSpare(int slab) {
    if (unusedPagesOf(slab) == pagesOf(slab) && (leaving[slab] || othersHaveLargeRuns(slab))) {
      drop(slab);
    }
  }

  /**
   * Runs of large blocks are what counts: single pages may be many with no eight side by side among
   * them.
   */
  private boolean othersHaveLargeRuns(int slab) {
    int runs = 0;
    for (int word = firstUnusedRun; word < unusedPages.length && runs < SPARE_LARGE_RUNS; word++) {
      if (word / WORDS_PER_SLAB != slab && !leaving[word / WORDS_PER_SLAB]) {
        runs += Long.bitCount(unusedLargeRuns(word));
      }
    }
    return runs >= SPARE_LARGE_RUNS;
  }

  private void drop(int slab) {
    slabBytes -= slabs[slab].length;
    slabs[slab] = NO_SLAB;
    setUnused(slab, 0);
    if (!leaving[slab]) {
      unusedCount -= pagesOf(slab);
    }
    leaving[slab] = false;
    slabCount--;
    nextSlab.forget();
  }

  /** The index of a slab more, or {@link #NONE}. */
  private int addSlab() {
    int slab = 0;
    if (slabCount == slabs.length) {
      if (slabCount == SLABS_MAX) {
        return NONE;
      }
      slab = slabCount;
      int more = Math.min(SLABS_MAX, slabCount * 2);
      slabs = Arrays.copyOf(slabs, more);
      Arrays.fill(slabs, slabCount, more, NO_SLAB);
      leaving = Arrays.copyOf(leaving, more);
      unusedPages = Arrays.copyOf(unusedPages, more * WORDS_PER_SLAB);
    } else {
      while (slabs[slab].length > 0) {
        slab++;
      }
    }
    if (sizes.length < (slab + 1) * PAGES_PER_SLAB) {
      resizePages(slabs.length * PAGES_PER_SLAB);
    }
    int bytes = bytesOfSlab(slab);
    slabs[slab] = bytes == SLAB_BYTES ? nextSlab.take() : new byte[bytes];
    if (slabCount + 1 >= FIRST_SLABS_BYTES.length) {
      unusedCountMin = pagesOf(slab) >>> WANTED_SHIFT;
    }
    slabBytes += slabs[slab].length;
    slabCount++;
    setUnused(slab, pagesOf(slab));
    offer(slab * WORDS_PER_SLAB, pagesOf(slab));
    return slab;
  }

  /** So many of its pages, from the first on, have no blocks, and the others are not there. */
  private void setUnused(int slab, int pages) {
    int left = pages;
    for (int word = slab * WORDS_PER_SLAB; word < (slab + 1) * WORDS_PER_SLAB; word++) {
      unusedPages[word] = left <= 0 ? 0 : -1L >>> Math.max(0, Long.SIZE - left);
      left -= Long.SIZE;
    }
  }

  private void resizePages(int pages) {
    int before = sizes.length;
    sizes = Arrays.copyOf(sizes, pages);
    Arrays.fill(sizes, Math.min(before, pages), pages, UNUSED);
    used = Arrays.copyOf(used, pages);
    fresh = Arrays.copyOf(fresh, pages);
    free = Arrays.copyOf(free, pages);
    next = Arrays.copyOf(next, pages);
    previous = Arrays.copyOf(previous, pages);
    evacuated = Arrays.copyOf(evacuated, pages);
  }

  // ---- moving together

  /** Whether so much is free between the blocks that they had better be moved together. */
  boolean isSparse() {
    long freeBytes = slabBytes - usedBytes;
    freeAfterMoving = Math.min(freeAfterMoving, freeBytes);
    return freeBytes > freeAfterMoving + WORTH_MOVING_BYTES
        && freeBytes > slabBytes >> MAY_BE_FREE_SHIFT;
  }

  boolean isEvacuating() {
    return evacuating;
  }

  /**
   * Chooses the runs that are to become empty: those that are half empty, and all in the last
   * slabs, of which so many are not needed. Were these to get runs meanwhile, a few in each would
   * keep them.
   */
  void evacuate() {
    evacuating = true;
    slabBytesBefore = slabBytes;
    long neededBytes = usedBytes + (usedBytes >> SCATTERED_SHIFT);
    for (int slab = 0; slab < slabs.length; slab++) {
      neededBytes -= slabs[slab].length;
      if (neededBytes + SLAB_BYTES < 0 && slabs[slab].length > 0) {
        leaving[slab] = true;
        unusedCount -= unusedPagesOf(slab);
        dropIfSpare(slab);
      }
    }
    int run = 0;
    while (run < sizes.length) {
      boolean leaves = leaving[run / PAGES_PER_SLAB];
      if (sizes[run] != UNUSED && (leaves || used[run] * 2 <= capacity(run))) {
        if (!isFull(run)) {
          close(run);
        }
        evacuated[run] = true;
      }
      run += pagesFor(sizes[run]);
    }
  }

  /** Whether the block is in the way: its owner had better have another one. */
  boolean isEvacuated(int block) {
    return evacuated[runOf(block)];
  }

  /** The runs that did not become empty get blocks again. */
  void endEvacuation() {
    evacuating = false;
    for (int run = 0; run < evacuated.length; run++) {
      if (evacuated[run]) {
        evacuated[run] = false;
        if (!isFull(run)) {
          open(run);
        }
      }
    }
    for (int slab = slabs.length - 1; slab >= 0; slab--) {
      if (leaving[slab]) {
        leaving[slab] = false;
        offer(slab * WORDS_PER_SLAB, unusedPagesOf(slab));
      }
      dropIfSpare(slab);
    }
    freeAfterMoving = slabBytes < slabBytesBefore ? 0 : slabBytes - usedBytes;
  }
}
