package io.slotferry.engine.value;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Elements in the order of their stream IDs: arrays of references, at most {@link #CHUNK_MAX} each,
 * none of them empty. Adding at the end fills them up, as streams grow; looking up costs two binary
 * searches, and an element costs hardly more than its reference.
 *
 * <p>Who walks asks for the element after the one he has, so that any change may happen meanwhile.
 */
final class IdIndex<E extends Identified> {
  private static final int CHUNK_MAX = 128;
  private static final int CHUNK_MIN = 4;
  private static final Identified[][] NO_CHUNKS = {};

  private Identified[][] chunks = NO_CHUNKS;
  private int[] counts = new int[0];
  private int chunkCount;
  private int size;

  int size() {
    return size;
  }

  // ---- looking up

  /** The number of chunks that begin at or before this ID. */
  private int chunksUpTo(long ms, long seq) {
    int low = 0;
    int high = chunkCount;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (chunks[middle][0].compareTo(ms, seq) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The number of elements of a chunk that are before this ID. */
  private int countBefore(int chunk, long ms, long seq) {
    Identified[] elements = chunks[chunk];
    int low = 0;
    int high = counts[chunk];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (elements[middle].compareTo(ms, seq) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @SuppressWarnings("unchecked") // Only add puts elements in.
  private @Nullable E at(int chunk, int index) {
    if (chunk < 0 || chunk >= chunkCount) {
      return null;
    }
    if (index < 0) {
      return chunk == 0 ? null : (E) chunks[chunk - 1][counts[chunk - 1] - 1];
    }
    if (index >= counts[chunk]) {
      return chunk + 1 == chunkCount ? null : (E) chunks[chunk + 1][0];
    }
    return (E) chunks[chunk][index];
  }

  @Nullable E first() {
    return at(0, 0);
  }

  @Nullable E last() {
    return chunkCount == 0 ? null : at(chunkCount - 1, counts[chunkCount - 1] - 1);
  }

  @Nullable E find(long ms, long seq) {
    E found = ceiling(ms, seq);
    return found != null && found.compareTo(ms, seq) == 0 ? found : null;
  }

  /** The first element at or after this ID. */
  @Nullable E ceiling(long ms, long seq) {
    int chunk = Math.max(0, chunksUpTo(ms, seq) - 1);
    return chunk >= chunkCount ? null : at(chunk, countBefore(chunk, ms, seq));
  }

  /** The last element at or before this ID. */
  @Nullable E floor(long ms, long seq) {
    int chunk = chunksUpTo(ms, seq) - 1;
    if (chunk < 0) {
      return null;
    }
    int index = countBefore(chunk, ms, seq);
    boolean isThere = index < counts[chunk] && chunks[chunk][index].compareTo(ms, seq) == 0;
    return at(chunk, isThere ? index : index - 1);
  }

  /** The element that follows one of this index, or one that was in it. */
  @Nullable E after(E element) {
    return element.seq == -1
        ? element.ms == -1 ? null : ceiling(element.ms + 1, 0)
        : ceiling(element.ms, element.seq + 1);
  }

  /** The element before one of this index, or one that was in it. */
  @Nullable E before(E element) {
    return element.seq == 0
        ? element.ms == 0 ? null : floor(element.ms - 1, -1)
        : floor(element.ms, element.seq - 1);
  }

  // ---- changes

  /** Adds an element whose ID is not there. */
  void add(E element) {
    int chunk = Math.max(0, chunksUpTo(element.ms, element.seq) - 1);
    if (chunkCount == 0) {
      insertChunk(0, new Identified[CHUNK_MIN], 0);
    }
    int index = countBefore(chunk, element.ms, element.seq);
    if (counts[chunk] == CHUNK_MAX) {
      boolean atEnd = chunk == chunkCount - 1 && index == CHUNK_MAX;
      split(chunk, atEnd ? CHUNK_MAX : CHUNK_MAX / 2);
      if (index > counts[chunk] || atEnd) {
        index -= counts[chunk];
        chunk++;
      }
    }
    insert(chunk, index, element);
    size++;
  }

  private void insert(int chunk, int index, E element) {
    int count = counts[chunk];
    if (count == chunks[chunk].length) {
      chunks[chunk] = Arrays.copyOf(chunks[chunk], Math.min(CHUNK_MAX, count * 2));
    }
    Identified[] elements = chunks[chunk];
    System.arraycopy(elements, index, elements, index + 1, count - index);
    elements[index] = element;
    counts[chunk]++;
  }

  /** Gives what is in the chunk from {@code from} on a chunk of its own. */
  private void split(int chunk, int from) {
    Identified[] rest = new Identified[CHUNK_MAX];
    int moved = counts[chunk] - from;
    System.arraycopy(chunks[chunk], from, rest, 0, moved);
    Arrays.fill(chunks[chunk], from, counts[chunk], null);
    counts[chunk] = from;
    insertChunk(chunk + 1, rest, moved);
  }

  private void insertChunk(int at, Identified[] chunk, int count) {
    if (chunkCount == chunks.length) {
      int length = Math.max(1, chunkCount + (chunkCount >> 1) + (chunkCount == 0 ? 0 : 1));
      chunks = Arrays.copyOf(chunks, length);
      counts = Arrays.copyOf(counts, length);
    }
    System.arraycopy(chunks, at, chunks, at + 1, chunkCount - at);
    System.arraycopy(counts, at, counts, at + 1, chunkCount - at);
    chunks[at] = chunk;
    counts[at] = count;
    chunkCount++;
  }

  /** Removes an element that is there. */
  void remove(E element) {
    int chunk = chunksUpTo(element.ms, element.seq) - 1;
    Identified[] elements = chunks[chunk];
    int index = countBefore(chunk, element.ms, element.seq);
    int count = --counts[chunk];
    System.arraycopy(elements, index + 1, elements, index, count - index);
    elements[count] = null;
    size--;
    if (count == 0) {
      removeChunk(chunk);
    } else if (chunk + 1 < chunkCount && count + counts[chunk + 1] <= CHUNK_MAX / 2) {
      mergeWithNext(chunk);
    } else if (chunk > 0 && count + counts[chunk - 1] <= CHUNK_MAX / 2) {
      mergeWithNext(chunk - 1);
    }
  }

  private void mergeWithNext(int chunk) {
    int count = counts[chunk];
    int more = counts[chunk + 1];
    if (count + more > chunks[chunk].length) {
      chunks[chunk] = Arrays.copyOf(chunks[chunk], CHUNK_MAX);
    }
    System.arraycopy(chunks[chunk + 1], 0, chunks[chunk], count, more);
    counts[chunk] = count + more;
    removeChunk(chunk + 1);
  }

  private void removeChunk(int chunk) {
    chunkCount--;
    System.arraycopy(chunks, chunk + 1, chunks, chunk, chunkCount - chunk);
    System.arraycopy(counts, chunk + 1, counts, chunk, chunkCount - chunk);
    chunks[chunkCount] = null;
  }
}
