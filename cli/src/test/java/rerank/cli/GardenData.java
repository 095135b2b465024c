package rerank.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import rerank.trainer.dataset.DatasetWriter;
import rerank.trainer.dataset.TextImport;

/** A small data set as {@code rerank import} makes it: texts on growing twelve plants, and 48 questions. */
final class GardenData {
    private static final List<String> PLANTS = List.of(
            "basil",
            "tomato",
            "rosemary",
            "lettuce",
            "strawberry",
            "lavender",
            "tulip",
            "cucumber",
            "mint",
            "peony",
            "olive",
            "thyme");

    private GardenData() {}

    /** Writes it into a directory and returns that. */
    static Path write(Path directory) throws IOException {
        Path documents = Files.createDirectories(directory.resolve("documents"));
        StringBuilder questions = new StringBuilder();
        for (int i = 0; i < PLANTS.size(); i++) {
            String plant = PLANTS.get(i);
            Files.writeString(documents.resolve(plant + ".md"), """
                    # Growing %1$s

                    Watering: give %1$s water %2$d times a week, early in the morning, and less of it in winter.

                    Soil: %1$s grows best in soil with %3$d parts of sand and compost. Repot it every %4$d years.

                    Pests: slugs and aphids attack %1$s plants; look under its leaves every %2$d days.

                    Harvest: %1$s is ready %3$d weeks after planting. Cut it before noon.
                    """.formatted(plant, 1 + i % 5, 2 + i % 7, 1 + i % 3));
            questions.append("How often should I water %1$s?%nWhich soil does %1$s need?%n".formatted(plant));
            questions.append("What pests attack %1$s plants?%nWhen is %1$s ready for harvest?%n".formatted(plant));
        }
        Path file = Files.writeString(directory.resolve("questions.txt"), questions);
        DatasetWriter.write(TextImport.read(documents, file, 20, 20), directory, "bm25");
        return directory;
    }
}
