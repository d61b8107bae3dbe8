package io.slotferry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlabsTest {
  private static final int SLAB_BYTES = 8 << 20;
  private static final int PAGE_BYTES = 32 << 10;
  private static final int LARGE_RUN_BYTES = 8 * PAGE_BYTES;

  private final Slabs slabs = new Slabs();
  private final List<Integer> blocks = new ArrayList<>();

  /** A block full of one byte, which its number tells. */
  private int allocate(int bytes) {
    int block = slabs.allocate(bytes);
    int offset = Slabs.offset(block);
    Arrays.fill(slabs.array(block), offset, offset + slabs.size(block), mark(block));
    return block;
  }

  private static byte mark(int block) {
    return (byte) (block * 31 >>> 3);
  }

  private void checkAll() {
    long used = 0;
    for (int block : blocks) {
      int offset = Slabs.offset(block);
      int size = slabs.size(block);
      byte[] array = slabs.array(block);
      used += size;
      assertThat(isFilled(array, offset, size, mark(block))).isTrue();
    }
    assertThat(slabs.usedBytes()).isEqualTo(used);
  }

  private static boolean isFilled(byte[] array, int start, int length, byte with) {
    int at = start;
    while (at < start + length && array[at] == with) {
      at++;
    }
    return at == start + length;
  }

  @Test
  void aBlockHoldsWhatWasAskedForAndLittleMore() {
    for (int bytes = 0; bytes <= Slabs.BLOCK_BYTES_MAX; bytes++) {
      int size = Slabs.roundUp(bytes);
      assertThat(size).isBetween(bytes, Math.max(bytes + 8, bytes * 17 / 16));
      assertThat(Slabs.roundUp(size)).isEqualTo(size);
      int block = slabs.allocate(bytes);
      assertThat(slabs.size(block)).isEqualTo(size);
      slabs.free(block);
    }
    assertThat(Slabs.roundUp(Slabs.BLOCK_BYTES_MAX)).isEqualTo(Slabs.BLOCK_BYTES_MAX);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void blocksDoNotOverlapWhateverComesAndGoes(int seed) {
    Random random = new Random(seed);
    for (int step = 0; step < 60_000; step++) {
      boolean growing = step / 10_000 % 2 == 0;
      if (blocks.isEmpty() || random.nextInt(10) < (growing ? 8 : 2)) {
        int most = random.nextInt(8) == 0 ? Slabs.BLOCK_BYTES_MAX : 100;
        blocks.add(allocate(random.nextInt(most + 1)));
      } else {
        slabs.free(take(random.nextInt(blocks.size())));
      }
      if (step % 5_000 == 0) {
        checkAll();
      }
    }
    checkAll();
  }

  private int take(int index) {
    int last = blocks.removeLast();
    return index == blocks.size() ? last : blocks.set(index, last);
  }

  @Test
  void givesBackWhatIsNotNeeded() {
    fill(100_000, 200);
    assertThat(slabs.slabBytes()).isGreaterThan(100_000L * 200);
    blocks.forEach(slabs::free);
    assertThat(slabs.usedBytes()).isZero();
    assertThat(slabs.slabBytes()).isLessThanOrEqualTo(2 * SLAB_BYTES);
    blocks.clear();
    fill(100_000, 200);
    checkAll();
  }

  @Test
  void pagesThatAreNearlyEmptyServeOtherSizesOnceTheirBlocksHaveMoved() {
    fill(800_000, 100);
    List<Integer> all = List.copyOf(blocks);
    blocks.clear();
    for (int i = 0; i < all.size(); i++) {
      if (i % 8 == 0) {
        blocks.add(all.get(i));
      } else {
        slabs.free(all.get(i));
      }
    }
    long scattered = slabs.slabBytes();
    assertThat(slabs.isSparse()).isTrue();
    moveTogether(100);
    checkAll();
    assertThat(slabs.isSparse()).isFalse();
    assertThat(slabs.slabBytes()).isLessThan(scattered / 2);
  }

  @Test
  void largeBlocksAreGivenBackAndMovedTooAndLeaveNoPageUnused() {
    fill(4_000, 16_500);
    checkAll();
    assertThat(slabs.slabBytes()).isLessThan(4_000L * 16_500 * 5 / 4);
    for (int i = 0; i < 3_600; i++) {
      slabs.free(take(new Random(i).nextInt(blocks.size())));
    }
    assertThat(slabs.isSparse()).isTrue();
    moveTogether(16_500);
    checkAll();
    assertThat(slabs.slabBytes()).isLessThan(3 * SLAB_BYTES);
    long before = slabs.slabBytes();
    fill(1_000, 100);
    assertThat(slabs.slabBytes()).isEqualTo(before);
    checkAll();
  }

  /** Of the unused pages, though they are many, no eight stand side by side. */
  @Test
  void aLargeBlockThatComesAndGoesNeedsNoNewSlabEachTime() {
    fill(16_000, 4_096);
    for (int block : blocks) {
      if (Slabs.offset(block) / LARGE_RUN_BYTES
          != (Slabs.offset(block) + PAGE_BYTES) / LARGE_RUN_BYTES) {
        slabs.free(block);
      }
    }
    long full = slabs.slabBytes();
    int first = slabs.allocate(20_000);
    while (slabs.slabBytes() == full) {
      first = slabs.allocate(20_000);
    }
    byte[] slab = slabs.array(first);
    slabs.free(first);
    assertThat(slabs.array(slabs.allocate(20_000))).isSameAs(slab);
  }

  @Test
  void anEvacuationMayEndInTheMiddle() {
    fill(200_000, 100);
    for (int i = 0; i < 190_000; i++) {
      slabs.free(take(new Random(i).nextInt(blocks.size())));
    }
    slabs.evacuate();
    slabs.endEvacuation();
    fill(190_000, 100);
    checkAll();
  }

  private void moveTogether(int bytes) {
    slabs.evacuate();
    for (int i = 0; i < blocks.size(); i++) {
      if (slabs.isEvacuated(blocks.get(i))) {
        slabs.free(blocks.get(i));
        blocks.set(i, allocate(bytes));
      }
    }
    slabs.endEvacuation();
  }

  private void fill(int count, int bytes) {
    for (int i = 0; i < count; i++) {
      blocks.add(allocate(bytes));
    }
  }
}
