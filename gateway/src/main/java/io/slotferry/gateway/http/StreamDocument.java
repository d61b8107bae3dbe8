package io.slotferry.gateway.http;

import static io.slotferry.gateway.http.Text.utf8;

import io.slotferry.protocol.Reply;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stream's entries as JSON: an array of {@code {"id":"1700000000000-0","fields":{…}}}, IDs
 * ascending. A field that an entry has twice shows its last value. Consumer groups are no part of
 * it.
 */
final class StreamDocument {
  private static final String ID = "id";
  private static final String FIELDS = "fields";
  private static final String ID_PATTERN = "\\d{1,19}-\\d{1,19}";

  private StreamDocument() {}

  /** {@code entries} as XRANGE replies. */
  static JsonArray of(List<Reply> entries, Text text) {
    JsonArray array = new JsonArray();
    for (Reply entry : entries) {
      if (entry instanceof Reply.Array(List<Reply> pair)
          && pair.getFirst() instanceof Reply.BulkString id
          && pair.getLast() instanceof Reply.Array(List<Reply> fields)) {
        array.add(new JsonObject().put(ID, id.text()).put(FIELDS, fields(fields, text)));
      }
    }
    return array;
  }

  private static JsonObject fields(List<Reply> flat, Text text) {
    JsonObject object = new JsonObject();
    for (int i = 0; i + 1 < flat.size(); i += 2) {
      object.put(KeyDocument.string(flat.get(i), text), KeyDocument.string(flat.get(i + 1), text));
    }
    return object;
  }

  /**
   * For each entry what follows the key in XADD. All that Redis would refuse is found here: the
   * key's old value is gone before it is written.
   */
  static List<List<byte[]>> writes(@Nullable Object value, Text text) {
    List<List<byte[]>> writes = new ArrayList<>();
    String lastId = "0-0";
    for (Object element : KeyDocument.need(JsonArray.class, "stream", value)) {
      JsonObject entry = KeyDocument.need(JsonObject.class, "stream's entry", element);
      String id = idAfter(lastId, entry.getValue(ID));
      List<byte[]> arguments = new ArrayList<>();
      arguments.add(utf8(id));
      JsonObject fields =
          KeyDocument.need(JsonObject.class, "stream's fields", entry.getValue(FIELDS));
      for (Map.Entry<String, Object> field : fields) {
        arguments.add(text.decode(field.getKey()));
        arguments.add(KeyDocument.scalar(field.getValue(), text));
      }
      if (arguments.size() == 1) {
        throw KeyDocument.bad("an entry needs a field");
      }
      writes.add(arguments);
      lastId = id;
    }
    return writes;
  }

  private static String idAfter(String lastId, @Nullable Object id) {
    if (!(id instanceof String text) || !text.matches(ID_PATTERN) || !isAfter(text, lastId)) {
      throw KeyDocument.bad("an entry needs an \"id\", ms-seq, greater than the one before");
    }
    return text;
  }

  private static boolean isAfter(String id, String lastId) {
    int ms = Long.compareUnsigned(part(id, 0), part(lastId, 0));
    return ms > 0 || (ms == 0 && Long.compareUnsigned(part(id, 1), part(lastId, 1)) > 0);
  }

  private static long part(String id, int index) {
    return Long.parseUnsignedLong(id.split("-", 2)[index]);
  }
}
