package rerank.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A chat endpoint in a process of its own that does what endpoints do to those who depend on them: it limits, breaks, cuts,
 * stalls, babbles. What happens to a request depends on the request's digest alone and on how often it came.
 *
 * <p>Its judgement is word overlap, of pairs and of explanations. Into its journal it writes {@code received DIGEST MISCHIEF} and, once a good answer is
 * out, {@code answered DIGEST}.
 */
final class MisbehavingTeacher {
    /** What may happen to a request; those with a {@code ONCE} go well the next time. */
    enum Mischief {
        NONE,
        LIMIT_ONCE,
        BREAK_TWICE,
        CUT_ONCE,
        GARBAGE_ONCE,
        STALL_ONCE,
        TRICKLE_ONCE,
        WRONG_SCHEMA,
        REJECT,
        NO_LABEL,
        SAME_FOR_ALL;

        /** Every second request goes well. */
        static Mischief of(String digest) {
            int number = Integer.parseInt(digest.substring(0, 6), 16) % 20;
            return number < values().length ? values()[number] : NONE;
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PAIR =
            Pattern.compile("Question: (.*)\nDocument: (.*?)(?:\n\nThe right|\\z)", Pattern.DOTALL);
    private static final Pattern JUDGED =
            Pattern.compile("\nDocument: (.*?)\n\nExplanation: (.*?)\nLabel: \\d", Pattern.DOTALL);
    private static final Pattern TOLD = Pattern.compile("The right label is (\\d)");
    private static final List<String> VERDICTS = List.of("not relevant", "partially relevant", "relevant");

    private final Path journal;
    private final boolean isCalm;
    private final long answerMillis;
    private final Map<String, Integer> tries = new ConcurrentHashMap<>();

    private MisbehavingTeacher(Path journal, boolean isCalm, long answerMillis) {
        this.journal = journal;
        this.isCalm = isCalm;
        this.answerMillis = answerMillis;
    }

    /** Arguments: journal file, {@code wild} or {@code calm}, milliseconds for an answer, port (0 for any). Prints its port. */
    public static void main(String[] args) throws IOException {
        var teacher = new MisbehavingTeacher(Path.of(args[0]), args[1].equals("calm"), Long.parseLong(args[2]));
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[3])), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/v1/chat/completions", teacher::handle);
        server.start();
        System.out.println(server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String digest = digest(body);
            Mischief mischief = isCalm ? Mischief.NONE : Mischief.of(digest);
            note("received " + digest + " " + mischief);
            int tried = tries.merge(digest, 1, Integer::sum);
            Thread.sleep(answerMillis);
            String answer = completion(answer(JSON.readTree(body), mischief));
            if (misbehaves(exchange, mischief, tried, answer)) {
                return;
            }
            send(exchange, 200, answer);
            note("answered " + digest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean misbehaves(HttpExchange exchange, Mischief mischief, int tried, String answer)
            throws IOException, InterruptedException {
        switch (mischief) {
            case REJECT -> send(exchange, 400, "{\"error\": {\"message\": \"this prompt is not to my taste\"}}");
            case WRONG_SCHEMA -> send(exchange, 200, "{\"result\": \"ok\"}");
            case BREAK_TWICE -> {
                if (tried > 2) {
                    return false;
                }
                send(exchange, 500, "<html>Internal Server Error</html>");
            }
            case LIMIT_ONCE, CUT_ONCE, GARBAGE_ONCE, STALL_ONCE, TRICKLE_ONCE -> {
                if (tried > 1) {
                    return false;
                }
                once(exchange, mischief, answer.getBytes(StandardCharsets.UTF_8));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void once(HttpExchange exchange, Mischief mischief, byte[] answer)
            throws IOException, InterruptedException {
        switch (mischief) {
            case LIMIT_ONCE -> {
                exchange.getResponseHeaders().set("Retry-After", "1");
                send(exchange, 429, "{\"error\": {\"message\": \"slow down\"}}");
            }
            case GARBAGE_ONCE -> send(exchange, 200, "{\"choices\": [{\"mess");
            case STALL_ONCE -> Thread.sleep(10_000);
            case TRICKLE_ONCE -> {
                exchange.sendResponseHeaders(200, answer.length);
                for (int i = 0; i < 100; i++) {
                    exchange.getResponseBody().write(answer, i, 1);
                    exchange.getResponseBody().flush();
                    Thread.sleep(100);
                }
            }
            default -> {
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer, 0, answer.length / 2);
                exchange.getResponseBody().flush();
            }
        }
    }

    private static String answer(JsonNode request, Mischief mischief) {
        String asked = request.path("messages").path(1).path("content").asText();
        Matcher judged = JUDGED.matcher(asked);
        if (judged.find()) {
            return mischief == Mischief.NO_LABEL ? "A good one." : grade(judged.group(1), judged.group(2));
        }
        Matcher pair = PAIR.matcher(asked);
        if (!pair.find()) {
            String question = asked.substring(asked.indexOf("Question: ") + "Question: ".length());
            return "1. " + question + "\n2. \"" + question + " guide\"\n3. " + question + " ##";
        }
        Matcher told = TOLD.matcher(asked);
        Set<String> shared = words(pair.group(1));
        int wanted = shared.size();
        shared.retainAll(words(pair.group(2)));
        int label = told.find()
                ? Integer.parseInt(told.group(1))
                : shared.size() * 2 >= wanted ? 2 : shared.size() * 4 >= wanted ? 1 : 0;
        if (mischief == Mischief.NO_LABEL) {
            return "I am a language model and have no opinion on whether that is relevant.";
        }
        if (mischief == Mischief.SAME_FOR_ALL) {
            return "The document is partially relevant to the question.\n\nRelevance Label: 1 ##";
        }
        String opening = String.join(
                " ",
                Arrays.asList(pair.group(2).strip().split("\\s+"))
                        .subList(0, Math.min(9, pair.group(2).strip().split("\\s+").length)));
        return "The question asks: " + pair.group(1).strip() + " The document says \"" + opening + "\""
                + (shared.isEmpty() ? " and nothing of it" : " and speaks of " + String.join(", ", shared))
                + ", so it is " + VERDICTS.get(label) + ".\n\nRelevance Label: " + label + " ##";
    }

    /** The share of an explanation's words that the document has. */
    private static String grade(String document, String explanation) {
        Set<String> named = words(explanation);
        int all = named.size();
        named.retainAll(words(document));
        return "It says what is there in part.\nGrade: " + (all == 0 ? 0 : 10 * named.size() / all);
    }

    private static Set<String> words(String text) {
        Set<String> words = new LinkedHashSet<>();
        for (String word : text.toLowerCase(Locale.ROOT).split("[^\\p{L}]+")) {
            if (word.length() > 3
                    && !Set.of("what", "does", "with", "when", "which", "have", "from")
                            .contains(word)) {
                words.add(word);
            }
        }
        return words;
    }

    private static String completion(String text) {
        ObjectNode json = JSON.createObjectNode();
        ObjectNode choice = json.putArray("choices").addObject().put("index", 0).put("finish_reason", "stop");
        choice.putObject("message").put("role", "assistant").put("content", text);
        json.putObject("usage").put("prompt_tokens", 200).put("completion_tokens", text.length() / 4);
        return json.toString();
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private synchronized void note(String line) throws IOException {
        Files.writeString(journal, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String digest(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
