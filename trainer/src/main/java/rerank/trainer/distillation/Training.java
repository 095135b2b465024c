package rerank.trainer.distillation;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import rerank.model.LanguageModelReranker;
import rerank.model.RerankerSettings;
import rerank.model.adapter.AdapterMerge;
import rerank.model.phrasing.Phrasing;
import rerank.model.phrasing.PhrasingLearner;
import rerank.model.prompt.PromptBuilder;
import rerank.model.prompt.PromptTemplate;
import rerank.model.prompt.TokenTypes;
import rerank.model.ranking.Mode;
import rerank.model.tokenizer.Tokenizer;
import rerank.model.transformer.NativeThreads;
import rerank.model.transformer.TransformerTrainer;
import rerank.trainer.teacher.GroupSource;
import rerank.trainer.teacher.LabeledCandidate;
import rerank.trainer.teacher.TrainingGroup;
import rerank.trainer.tokenizer.BytePairTrainer;

/** Runs what a {@link TrainConfig} says, from data to checkpoint. */
public final class Training {
    /** Special tokens of tokenizers made here, in the order of their ids. */
    public static final List<String> SPECIAL_TOKENS = List.of(
            "<|pad|>",
            "<|end|>",
            "<|instruction|>",
            "<|query|>",
            "<|title|>",
            "<|text|>",
            "<|explain|>",
            "<|label|>",
            "<|0|>",
            "<|1|>",
            "<|2|>");

    private static final int[] NO_LABELS = {0, 1, 2};
    private static final double PLAIN_TEXT_WEIGHT = 0.15;

    private final TrainConfig config;
    private final PrintStream progress;
    private final boolean isTerminal;

    /**
     * A training that shows its progress.
     *
     * @param progress where the progress bar goes
     * @param isTerminal whether that is a terminal
     */
    public Training(TrainConfig config, PrintStream progress, boolean isTerminal) {
        this.config = config;
        this.progress = progress;
        this.isTerminal = isTerminal;
    }

    /**
     * What a run came to.
     *
     * @param steps optimizer steps in all
     * @param minutes wall clock in all
     * @param best best mean nDCG@10 over the dev sets; negative infinity without any
     * @param checkpoint directory of the best checkpoint
     */
    public record Outcome(long steps, double minutes, double best, Path checkpoint) {}

    /** Trains to the end of the schedule, going on from the state in the run's directory if there is one. */
    public Outcome run() {
        NativeThreads.set(config.optimization().nativeThreads());
        Map<Path, TaughtData> taught = new LinkedHashMap<>();
        if (config.task() == TrainConfig.Task.DISTILL) {
            for (TrainConfig.Share share : config.data()) {
                if (!Texts.areResponses(share.path())) {
                    taught.put(share.path(), TaughtData.open(share.path()));
                }
            }
        }
        Path tokenizerDirectory = tokenizerDirectory(taught);
        Path checkpoint = config.start().checkpoint();
        try (Tokenizer tokenizer = Tokenizer.load(tokenizerDirectory);
                TransformerTrainer trainer = checkpoint != null
                        ? TransformerTrainer.from(start(checkpoint, tokenizerDirectory), config.setup(), config.seed())
                        : TransformerTrainer.fresh(
                                config.start().shape().with(tokenizer.vocabularySize()),
                                config.setup(),
                                config.seed())) {
            return config.task() == TrainConfig.Task.DISTILL
                    ? distill(taught, tokenizer, tokenizerDirectory, trainer)
                    : predict(tokenizer, tokenizerDirectory, trainer);
        }
    }

    /** The checkpoint to go on from: as it is, or carried over where tokenizer, token types or size are to be others. */
    private Path start(Path checkpoint, Path tokenizerDirectory) {
        TokenTypes types = PromptTemplate.load(config.rows().template()).tokenTypes();
        Growth growth = config.start().growth();
        if (!WarmStart.isNeeded(checkpoint, tokenizerDirectory, types, growth)) {
            return checkpoint;
        }
        Path start = config.out().resolve("start");
        WarmStart.carry(checkpoint, tokenizerDirectory, types, growth, start);
        return start;
    }

    private Outcome distill(
            Map<Path, TaughtData> taught, Tokenizer tokenizer, Path tokenizerDirectory, TransformerTrainer trainer) {
        var prompts = new PromptBuilder(
                PromptTemplate.load(config.rows().template()),
                tokenizer,
                config.rows().maxPromptTokens());
        List<Mixture.Part> parts = new ArrayList<>();
        List<RankingDev> devSets = new ArrayList<>();
        for (TrainConfig.Share share : config.data()) {
            long seed = config.seed() + 1000L * (parts.size() + 1);
            TaughtData data = taught.get(share.path());
            parts.add(new Mixture.Part(
                    data == null
                            ? responseSource(
                                    share.path(),
                                    tokenizer,
                                    end(tokenizer),
                                    config.rows().groupSize(),
                                    seed)
                            : data.examples(prompts, config.rows(), seed),
                    share.share()));
            if (data != null
                    && data.dataset().qrels().containsKey("dev")
                    && config.schedule().evalQueries() > 0) {
                devSets.add(new RankingDev(
                        data.dataset(),
                        config.schedule().evalQueries(),
                        config.schedule().evalCandidates()));
            }
        }
        RerankerSettings settings = settings(Map.of());
        Phrasing phrasing = phrasing(taught.values(), tokenizer);
        Outcome outcome = run(trainer, tokenizerDirectory, parts, prompts.labelTokens(), devSets, settings, phrasing);
        if (!devSets.isEmpty()) {
            Path plain = plain(outcome.checkpoint());
            Map<Mode, Double> weights = FirstStageWeights.choose(
                    devSets,
                    () -> LanguageModelReranker.load(plain),
                    config.optimization().threads());
            settings(weights).writeTo(outcome.checkpoint());
        }
        return outcome;
    }

    /** How the teachers phrase explanations; null where nobody wants to know, or they have nothing in common. */
    private @Nullable Phrasing phrasing(Collection<TaughtData> taught, Tokenizer tokenizer) {
        var learner = new PhrasingLearner(tokenizer, config.rows().maxPromptTokens());
        int most = config.schedule().phrasingGroups();
        for (TaughtData data : taught) {
            GroupSource groups = data.groups(config.seed(), config.rows().groupSize());
            int read = Math.min(most, groups.size());
            if (read > 0) {
                progress.println("learning how explanations are phrased: "
                        + data.dataset().name() + ", " + read + " groups");
            }
            for (int i = 0; i < read; i++) {
                TrainingGroup group = groups.group(i);
                for (LabeledCandidate taughtOf : group.candidates()) {
                    learner.add(group.query(), taughtOf.candidate(), taughtOf.explanation());
                }
            }
        }
        return learner.learn().orElse(null);
    }

    /** The checkpoint itself; of an adapter, the merged one that is made beside it. */
    private Path plain(Path checkpoint) {
        Path base = config.start().checkpoint();
        if (config.setup().adapter() == null || base == null) {
            return checkpoint;
        }
        Path merged = config.out().resolve("merged");
        AdapterMerge.merge(base, checkpoint, merged);
        return merged;
    }

    private Outcome predict(Tokenizer tokenizer, Path tokenizerDirectory, TransformerTrainer trainer) {
        List<Mixture.Part> parts = new ArrayList<>();
        for (TrainConfig.Share share : config.data()) {
            long seed = config.seed() + 1000L * (parts.size() + 1);
            parts.add(new Mixture.Part(fileSource(share.path(), tokenizer, seed), share.share()));
        }
        List<DevSet> heldOut = new ArrayList<>();
        for (Path file : config.schedule().evalData()) {
            heldOut.add(new HeldOut(fileSource(file, tokenizer, config.seed())));
        }
        return run(trainer, tokenizerDirectory, parts, NO_LABELS, heldOut, null, null);
    }

    private ExampleSource fileSource(Path file, Tokenizer tokenizer, long seed) {
        return config.task() == TrainConfig.Task.PRETRAIN
                ? textSource(file, tokenizer, end(tokenizer), seed)
                : responseSource(file, tokenizer, end(tokenizer), 1, seed);
    }

    private static int end(Tokenizer tokenizer) {
        return tokenizer.endToken().map(name -> tokenizer.idOf(name).orElse(-1)).orElse(-1);
    }

    private ExampleSource textSource(Path file, Tokenizer tokenizer, int end, long seed) {
        List<int[]> texts = Texts.texts(file).stream()
                .map(text -> tokenizer.encode(text).ids())
                .toList();
        return new TextSource(
                file.getFileName().toString(), texts, end, config.rows().maxPromptTokens(), seed);
    }

    /** Prompts are cut at their beginning, responses at their end. */
    private ExampleSource responseSource(Path file, Tokenizer tokenizer, int end, int rowsPerDraw, long seed) {
        List<ResponseSource.Example> examples = new ArrayList<>();
        for (Texts.Response text : Texts.responses(file)) {
            int[] prompt = tokenizer.encodeWithSpecials(text.prompt());
            int[] response = tokenizer.encode(text.response()).ids();
            int promptFrom = Math.max(0, prompt.length - config.rows().maxPromptTokens());
            boolean isCut = response.length > config.rows().maxAnswerTokens();
            int kept = Math.min(response.length, config.rows().maxAnswerTokens());
            int[] answer = java.util.Arrays.copyOf(response, end >= 0 && !isCut ? kept + 1 : kept);
            if (answer.length > kept) {
                answer[kept] = end;
            }
            examples.add(new ResponseSource.Example(
                    java.util.Arrays.copyOfRange(prompt, promptFrom, prompt.length), answer));
        }
        return new ResponseSource(file.getFileName().toString(), examples, rowsPerDraw, seed);
    }

    private Outcome run(
            TransformerTrainer trainer,
            Path tokenizerDirectory,
            List<Mixture.Part> parts,
            int[] labelTokens,
            List<? extends DevSet> devSets,
            @Nullable RerankerSettings settings,
            @Nullable Phrasing phrasing) {
        var directory = new RunDirectory(
                config.out(),
                tokenizerDirectory,
                settings,
                phrasing,
                config.schedule().bf16());
        directory.note(config.given());
        var run = new TrainingRun(
                config,
                trainer,
                new Mixture(parts, config.seed()),
                labelTokens,
                List.copyOf(devSets),
                directory,
                new ProgressBar(progress, isTerminal),
                Clock.systemUTC());
        RunDirectory.Progress end = run.run();
        return new Outcome(end.step(), end.minutes(), end.best(), directory.best());
    }

    /** The tokenizer's directory; without one given, a tokenizer is trained on the run's own texts. */
    private Path tokenizerDirectory(Map<Path, TaughtData> taught) {
        Path given = config.start().tokenizer();
        if (given != null) {
            return given;
        }
        Path directory = config.out().resolve("tokenizer");
        if (Files.exists(directory.resolve("tokenizer.json"))) {
            return directory;
        }
        var trainer = new BytePairTrainer(config.start().vocabularySize(), SPECIAL_TOKENS);
        for (TrainConfig.Share share : config.data()) {
            TaughtData data = taught.get(share.path());
            if (data != null) {
                data.forEachTrainText(config.seed(), trainer::add);
            } else if (config.task() == TrainConfig.Task.PRETRAIN) {
                Texts.texts(share.path()).forEach(text -> trainer.add(text, 1));
            } else {
                Texts.responses(share.path())
                        .forEach(text -> trainer.add(text.prompt(), 1).add(text.response(), 1));
            }
        }
        for (Path text : config.start().tokenizerTexts()) {
            Texts.texts(text).forEach(each -> trainer.add(each, PLAIN_TEXT_WEIGHT));
        }
        trainer.train((done, wanted) -> {}).writeTo(directory, Map.of("pad_token", "<|pad|>", "eos_token", "<|end|>"));
        return directory;
    }

    private RerankerSettings settings(Map<Mode, Double> firstStageWeights) {
        return new RerankerSettings(
                config.modelVersion(),
                config.rows().template(),
                Mode.JUSTIFY,
                firstStageWeights,
                config.rows().maxPromptTokens(),
                config.rows().maxAnswerTokens());
    }
}
