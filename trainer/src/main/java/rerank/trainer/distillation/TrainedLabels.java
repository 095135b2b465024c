package rerank.trainer.distillation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each label was trained, by source. Owned by the training thread. */
final class TrainedLabels {
    private final Map<String, long[]> bySource = new HashMap<>();

    /** Goes on from the counts that an interrupted run logged last. */
    void restore(List<JsonNode> log) {
        for (JsonNode entry : log) {
            if (entry.path("event").asText().equals("labels")) {
                long[] counts = new long[3];
                for (int label = 0; label < counts.length; label++) {
                    counts[label] = entry.path("trained").path(label).asLong();
                }
                bySource.put(entry.path("data").asText(), counts);
            }
        }
    }

    void add(String source, List<TrainingRow> rows) {
        long[] counts = bySource.computeIfAbsent(source, name -> new long[3]);
        for (TrainingRow row : rows) {
            if (row.labelPosition() >= 0) {
                counts[row.label()]++;
            }
        }
    }

    ObjectNode entry(String data, DevSet.Measured found, long step, double minutes) {
        ObjectNode entry = RunLog.entry("labels", step, minutes);
        entry.put("data", data);
        ArrayNode trained = entry.putArray("trained");
        for (long count : bySource.getOrDefault(data, new long[3])) {
            trained.add(count);
        }
        found.actual().forEach(entry.putArray("actual")::add);
        found.predicted().forEach(entry.putArray("predicted")::add);
        return entry;
    }
}
