package rerank.trainer.chat;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Asks a chat endpoint and keeps every answer.
 *
 * <p>A request that was answered before is read from the log, and two callers with the same request share one answer. Tried
 * again: HTTP 408, 409, 425, 429 and 500 and above, connections that are refused or cut, answers that are late or unreadable;
 * after the wait that {@code Retry-After} asks for, or else an exponential one with jitter. Not tried again: other HTTP
 * errors. An endpoint that refuses the key, wants money, does not know the address or the model, or fails {@value #HOPELESS} requests in
 * a row without an answer stops everything.
 *
 * <p>An answer that was on its way when the process died is paid for and lost; nothing can be done about that from here.
 * Safe for use by several threads; each has at most one request under way.
 */
public final class ChatClient {
    private static final int HOPELESS = 20;

    private final ChatEndpoint endpoint;
    private final AnswerLog log;
    private final RateLimit rate;
    private final RateLimit.Sleep sleep;
    private final RandomGenerator random;
    private final HttpClient http;
    private final ConcurrentHashMap<String, Object> underWay = new ConcurrentHashMap<>();
    private final AtomicInteger failuresInARow = new AtomicInteger();

    /** Guarded by this. */
    private Spending spending = Spending.NONE;

    /**
     * A client of one endpoint.
     *
     * @param log of all answers ever paid for; the caller closes it
     */
    public ChatClient(ChatEndpoint endpoint, AnswerLog log) {
        this(endpoint, log, time -> TimeUnit.NANOSECONDS.sleep(time.toNanos()), new java.util.Random());
    }

    ChatClient(ChatEndpoint endpoint, AnswerLog log, RateLimit.Sleep sleep, RandomGenerator random) {
        this.endpoint = endpoint;
        this.log = log;
        this.sleep = sleep;
        this.random = random;
        this.rate = new RateLimit(endpoint.requestsPerMinute(), System::nanoTime, sleep);
        // HTTP/2 over plain text begins with an upgrade that some Python servers answer wrongly.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(endpoint.timeout())
                .build();
    }

    /**
     * The answer to a request.
     *
     * @throws ChatException if none can be had to this one
     * @throws EndpointException if none can be had to any
     */
    public ChatAnswer ask(ChatRequest request) {
        String digest = request.digest();
        Object turn = underWay.computeIfAbsent(digest, key -> new Object());
        synchronized (turn) {
            Optional<ChatAnswer> known = log.find(digest);
            if (known.isPresent()) {
                count(Spending::plusFromLog);
                return known.get();
            }
            try {
                ChatAnswer answer = askUntilAnswered(request, digest);
                failuresInARow.set(0);
                return answer;
            } catch (ChatException e) {
                count(e.isPassing() ? Spending::plusFailure : Spending::plusRejection);
                requireHope(e);
                throw e;
            }
        }
    }

    /** What was asked and paid for so far. */
    public synchronized Spending spending() {
        return spending;
    }

    private ChatAnswer askUntilAnswered(ChatRequest request, String digest) {
        for (int tries = 1; ; tries++) {
            try {
                rate.await();
                count(Spending::plusTry);
                ChatAnswer answer = ChatAnswer.of(request, send(request));
                log.append(digest, answer);
                count(sum -> sum.plusAnswer(answer));
                return answer;
            } catch (ChatException e) {
                if (!e.isPassing() || tries >= endpoint.retries().maxTries()) {
                    throw e;
                }
                waitAfter(tries);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UncheckedIOException(new InterruptedIOException("interrupted while asking the teacher"));
            }
        }
    }

    private void waitAfter(int tries) {
        try {
            sleep.sleep(endpoint.retries().after(tries, random));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("interrupted while asking the teacher"));
        }
    }

    private String send(ChatRequest request) throws InterruptedException {
        HttpRequest.Builder post = HttpRequest.newBuilder(endpoint.completions())
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(request.body()));
        endpoint.key().addTo(post);
        // The request's own timeout ends with the headers; ours covers a body that trickles too.
        CompletableFuture<HttpResponse<String>> sent =
                http.sendAsync(post.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        try {
            return checked(sent.get(endpoint.timeout().toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            throw new ChatException("no answer in time", ChatException.Kind.OUTAGE, "waited " + endpoint.timeout());
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof ConnectException) {
                throw new ChatException("no connection", ChatException.Kind.OUTAGE, "to " + endpoint.completions());
            }
            if (cause instanceof IOException) {
                throw new ChatException(
                        "connection cut",
                        ChatException.Kind.OUTAGE,
                        endpoint.key().masked(String.valueOf(cause)));
            }
            throw new IllegalStateException("asking " + endpoint.completions() + " failed", cause);
        } finally {
            sent.cancel(true);
        }
    }

    private String checked(HttpResponse<String> response) {
        int status = response.statusCode();
        if (status == 200) {
            return response.body();
        }
        String said = endpoint.key().masked(ChatAnswer.brief(response.body()));
        String reason = "HTTP " + status;
        if (status == 401 || status == 402 || status == 403 || status == 404 || status / 100 == 3) {
            throw new EndpointException("the teacher at " + endpoint.completions() + " answers " + reason + " ("
                    + (said.isEmpty() ? "nothing more" : said) + "); check chat.base.url, chat.model and the key in"
                    + " the variable that chat.api.key.env names");
        }
        boolean isPassing = status == 408 || status == 409 || status == 425 || status == 429 || status >= 500;
        Optional<Duration> asked = isPassing
                ? response.headers().firstValue("Retry-After").flatMap(text -> retryAfter(text, Clock.systemUTC()))
                : Optional.empty();
        if (asked.isPresent() && asked.get().compareTo(Retries.LONGEST_ASKED) > 0) {
            throw new EndpointException("the teacher at " + endpoint.completions() + " answers " + reason
                    + " and asks to come back in " + asked.get().toSeconds()
                    + " s; what it answered is kept, so run again then");
        }
        // Everybody waits: the endpoint limits us, not this request.
        asked.ifPresent(rate::holdFor);
        throw new ChatException(reason, isPassing ? ChatException.Kind.OUTAGE : ChatException.Kind.REJECTED, said);
    }

    /** The header's seconds or HTTP date as a wait from now; empty when it is neither. */
    static Optional<Duration> retryAfter(String header, Clock clock) {
        String text = header.strip();
        try {
            if (text.matches("\\d{1,9}(\\.\\d+)?")) {
                return Optional.of(Duration.ofMillis((long) Math.ceil(Double.parseDouble(text) * 1000)));
            }
            Duration wait = Duration.between(
                    clock.instant(),
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private void requireHope(ChatException e) {
        // An endpoint that answers, if not as it should, is there; after a restart all that is left to ask may be such.
        if (!e.isOutage() && log.size() > 0) {
            failuresInARow.set(0);
        } else if (failuresInARow.incrementAndGet() >= HOPELESS) {
            throw new EndpointException("the teacher at " + endpoint.completions() + " failed " + HOPELESS
                    + " requests in a row, the last with " + e.getMessage()
                    + "; what it answered is kept, so run again when it works");
        }
    }

    private synchronized void count(UnaryOperator<Spending> change) {
        spending = change.apply(spending);
    }
}
