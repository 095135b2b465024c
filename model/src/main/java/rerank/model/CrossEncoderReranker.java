package rerank.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import rerank.model.encoder.Encoder;
import rerank.model.encoder.EncoderConfig;
import rerank.model.ranking.BatchJudge;
import rerank.model.ranking.Candidate;
import rerank.model.ranking.Judgment;
import rerank.model.ranking.LabelDistribution;
import rerank.model.ranking.Mode;
import rerank.model.ranking.Pair;
import rerank.model.tokenizer.PairTokens;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.Precision;
import rerank.model.weights.CheckpointException;

/**
 * Judges pairs with a cross-encoder: the query as one text, title and text of the document as the other. Of one logit the
 * score is its sigmoid, of two the probability of the second, of three the expected label over 2, see
 * {@link LabelDistribution#ofLogits}.
 *
 * <p>It writes no explanations: every task gets the label alone. A query's instruction is not used, for encoders are
 * trained without one. A pair whose query is too long or that the model fails on is unjudged, with the reason; the others
 * are judged. Owned by one thread, except for {@link #identity()} and {@link #prepare}.
 */
public final class CrossEncoderReranker extends BatchJudge {
    /** How query and document are put before the model; a change of it is a new version. */
    private static final String PROMPT_VERSION = "pair-v1";

    /** Tokens of one native call; bounds its memory. More in one call makes it no faster. */
    private static final int MAX_CALL_TOKENS = 4096;

    /** Pairs of one step; a few native calls when they are long. */
    private static final int MAX_PAIRS = 64;

    private static final int MOST_LABELS = 3;

    private final CrossEncoderSettings settings;
    private final Encoder encoder;
    private final Tokenizer tokenizer;

    private CrossEncoderReranker(CrossEncoderSettings settings, Encoder encoder, Tokenizer tokenizer) {
        super(MAX_PAIRS);
        this.settings = settings;
        this.encoder = encoder;
        this.tokenizer = tokenizer;
    }

    /**
     * Loads a checkpoint directory for the CPU; {@link #close} releases it.
     *
     * @throws CheckpointException saying what is wrong with the directory, also that it holds no head to rank by
     * @throws IllegalArgumentException if encoders do not compute in this precision
     */
    public static CrossEncoderReranker load(Path checkpoint, Precision precision) {
        Encoder encoder = Encoder.load(checkpoint, precision);
        try {
            return over(encoder, checkpoint);
        } catch (RuntimeException e) {
            encoder.close();
            throw e;
        }
    }

    private static CrossEncoderReranker over(Encoder encoder, Path checkpoint) {
        EncoderConfig config = encoder.config();
        CrossEncoderSettings settings = CrossEncoderSettings.read(checkpoint, config);
        Tokenizer tokenizer = Tokenizer.load(checkpoint);
        try {
            if (config.labels() > MOST_LABELS) {
                throw new IllegalArgumentException(
                        "id2label has " + config.labels() + " labels; a head to rank by has 1,"
                                + " 2 (no, yes) or 3 (irrelevant, partially relevant, relevant)");
            }
            if (tokenizer.vocabularySize() > config.vocabularySize()) {
                throw new IllegalArgumentException("tokenizer.json has " + tokenizer.vocabularySize()
                        + " tokens, the model " + config.vocabularySize() + " (vocab_size)");
            }
            tokenizer.encodePair("", "", settings.maxPromptTokens());
            return new CrossEncoderReranker(settings, encoder, tokenizer);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e instanceof IllegalArgumentException
                    ? new CheckpointException("checkpoint " + checkpoint + ": " + e.getMessage(), e)
                    : e;
        }
    }

    @Override
    public Identity identity() {
        return new Identity(
                settings.modelVersion(),
                PROMPT_VERSION,
                Mode.CROSS_ENCODER,
                Set.of(Mode.CROSS_ENCODER),
                Map.of(Mode.CROSS_ENCODER, settings.firstStageWeight()));
    }

    @Override
    protected List<Judgment> judgeTogether(List<Pair> pairs) {
        @Nullable Judgment[] judgments = new Judgment[pairs.size()];
        List<Encoded> encoded = new ArrayList<>();
        for (int i = 0; i < judgments.length; i++) {
            try {
                encoded.add(new Encoded(i, encode(pairs.get(i))));
            } catch (RuntimeException e) {
                judgments[i] = new Judgment.Unjudged("its prompt cannot be built: " + e.getMessage());
            }
        }
        for (List<Encoded> call : calls(encoded)) {
            float[][] logits = encoder.logits(call.stream().map(Encoded::tokens).toList());
            for (int i = 0; i < logits.length; i++) {
                judgments[call.get(i).index] = judgment(logits[i]);
            }
        }
        return Arrays.stream(judgments).map(Objects::requireNonNull).toList();
    }

    @Override
    public void close() {
        tokenizer.close();
        encoder.close();
    }

    /** A pair's tokens with its place among those of a step. */
    private record Encoded(int index, PairTokens tokens) {}

    private PairTokens encode(Pair pair) {
        try {
            return tokenizer.encodePair(
                    pair.query().text().strip(), document(pair.candidate()), settings.maxPromptTokens());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("query " + pair.query().id() + ": " + e.getMessage(), e);
        }
    }

    private static String document(Candidate candidate) {
        return (candidate.title().strip() + " " + candidate.text().strip()).strip();
    }

    /** Pairs of similar length together, as many as one call takes. */
    private static List<List<Encoded>> calls(List<Encoded> encoded) {
        List<Encoded> byLength = encoded.stream()
                .sorted(Comparator.comparingInt(one -> one.tokens.length()))
                .toList();
        List<List<Encoded>> calls = new ArrayList<>();
        int from = 0;
        int tokens = 0;
        for (int i = 0; i < byLength.size(); i++) {
            int length = byLength.get(i).tokens.length();
            if (i > from && tokens + length > MAX_CALL_TOKENS) {
                calls.add(byLength.subList(from, i));
                from = i;
                tokens = 0;
            }
            tokens += length;
        }
        if (from < byLength.size()) {
            calls.add(byLength.subList(from, byLength.size()));
        }
        return calls;
    }

    private static Judgment judgment(float[] logits) {
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                return new Judgment.Unjudged("the model gave the logits " + Arrays.toString(logits));
            }
        }
        return new Judgment.Judged(LabelDistribution.ofLogits(logits), "");
    }
}
