package rerank.trainer.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import rerank.model.ranking.Query;

/**
 * Makes a data set of texts, with BM25 as its first stage: of those and a file of questions, without judgements, or of texts
 * alone, whose own sentences are then the questions ({@link InverseCloze}).
 *
 * <p>Every {@code .txt} and {@code .md} file below a folder is a document, whose title is its first line. So is every line of a
 * {@code .jsonl} file, with {@code _id}, {@code title} and {@code text}. Longer ones are divided into passages, files at blank
 * lines and lines of JSON at ends of lines, each under the title of the whole; a passage is named by its document and number.
 */
public final class TextImport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TextImport() {}

    /**
     * Reads the texts and searches them for every question.
     *
     * @param documents the folder, or the .jsonl file, plain or .gz
     * @param questions one a line
     * @param passageWords longest passage, except for paragraphs that are longer by themselves; at least 1
     * @param depth candidates of each question
     * @throws DatasetException if there is no document or no question
     */
    public static Dataset read(Path documents, Path questions, int passageWords, int depth) {
        Map<String, Document> corpus = passages(documents, passageWords);
        Map<String, Query> queries = new LinkedHashMap<>();
        Lines.read(questions, (line, number) -> queries.put("q" + number, new Query("q" + number, line.strip())));
        if (queries.isEmpty()) {
            throw new DatasetException(questions + ": no question is in it; one a line is expected");
        }
        Map<String, List<Run.Ranked>> rankings = new LinkedHashMap<>();
        try (Bm25 firstStage = new Bm25(corpus.values())) {
            queries.forEach((id, query) -> rankings.put(id, firstStage.search(query.text(), depth)));
        }
        return new Dataset(name(documents), corpus, queries, Map.of(), Map.of(), new Run(rankings));
    }

    /**
     * Reads the texts and asks some of their own sentences, with judgements in the splits {@code train} and {@code dev}.
     *
     * @param documents the folder, or the .jsonl file, plain or .gz
     * @param questions how many to ask at most
     * @param passageWords as in {@link #read}
     * @param depth candidates of each question
     * @param seed of every choice
     * @throws DatasetException if there is no document, or no sentence to ask
     */
    public static Dataset cloze(Path documents, int questions, int passageWords, int depth, long seed) {
        return InverseCloze.dataset(
                name(documents), List.copyOf(passages(documents, passageWords).values()), questions, depth, seed);
    }

    private static String name(Path documents) {
        return documents.toAbsolutePath().normalize().getFileName().toString().replaceFirst("\\.jsonl(\\.gz)?$", "");
    }

    private static Map<String, Document> passages(Path documents, int passageWords) {
        Map<String, Document> corpus = new LinkedHashMap<>();
        if (Files.isRegularFile(documents)) {
            Lines.read(documents, (line, number) -> {
                JsonNode json = json(line);
                String name = json.path("_id").asText(String.valueOf(number)).replaceAll("\\s+", "_");
                String text = json.path("text").asText("").strip().replaceAll("\\R+", "\n\n");
                passages(name, json.path("title").asText("").strip(), text, passageWords)
                        .forEach(passage -> corpus.put(passage.id(), passage));
            });
        } else {
            for (Path file : files(documents)) {
                String name =
                        documents.relativize(file).toString().replace('\\', '/').replaceAll("\\s+", "_");
                passages(name, text(file), passageWords).forEach(passage -> corpus.put(passage.id(), passage));
            }
        }
        if (corpus.isEmpty()) {
            throw new DatasetException(documents
                    + ": no text is there; expected a folder with .txt or .md files below it, or a .jsonl file");
        }
        return corpus;
    }

    private static JsonNode json(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** The passages of a text; none of a blank one. */
    static List<Document> passages(String name, String text, int passageWords) {
        String[] parts = text.strip().split("\\R", 2);
        String title = parts[0].replaceFirst("^#+\\s*", "").strip();
        String body = parts.length < 2 ? "" : parts[1].strip();
        if (title.isEmpty()) {
            return List.of();
        }
        return body.isEmpty() ? List.of(new Document(name, "", title)) : passages(name, title, body, passageWords);
    }

    /** The passages of a document with its title, which may be empty; none of a blank one. */
    private static List<Document> passages(String name, String title, String body, int passageWords) {
        if (body.isEmpty()) {
            return title.isEmpty() ? List.of() : List.of(new Document(name, title, ""));
        }
        List<String> passages = new ArrayList<>();
        StringBuilder passage = new StringBuilder();
        int words = 0;
        for (String paragraph : body.split("\\R\\s*\\R")) {
            int more = paragraph.strip().split("\\s+").length;
            if (words > 0 && words + more > passageWords) {
                passages.add(passage.toString());
                passage.setLength(0);
                words = 0;
            }
            passage.append(passage.length() == 0 ? "" : "\n\n").append(paragraph.strip());
            words += more;
        }
        passages.add(passage.toString());
        List<Document> documents = new ArrayList<>();
        for (int i = 0; i < passages.size(); i++) {
            documents.add(new Document(passages.size() == 1 ? name : name + "#" + (i + 1), title, passages.get(i)));
        }
        return documents;
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DatasetException(folder + ": no such folder or file");
        }
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().matches(".+\\.(txt|md)"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new DatasetException(folder, e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new DatasetException(file + ": is not UTF-8; convert it, for example with iconv -t UTF-8");
        } catch (IOException e) {
            throw new DatasetException(file, e);
        }
    }
}
