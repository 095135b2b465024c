package rerank.trainer.teacher;

import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Asks medical questions as people do: in many forms of words, some of which match no word of an answer, and with
 * something about themselves before or after. {@code {}} stands for the topic. Templates of our own, written without a
 * look at any test question.
 */
final class ConsumerQuestions {
    private static final double WITH_CONTEXT = 0.5;

    private static final List<String> BEFORE = List.of(
            "My mother was told that she has this.",
            "My son is 4 years old.",
            "I am a 52 year old woman.",
            "Hello, I have a question.",
            "We have been to several doctors.",
            "I have been reading about this for weeks.",
            "My husband has had it since last year.",
            "I take some other medicines too.",
            "A friend of mine is worried.",
            "I could not find anything on the internet.");

    private static final List<String> AFTER = List.of(
            "Please help.",
            "Thank you for any information.",
            "Where can I read more?",
            "I would be grateful for an answer.",
            "The doctor did not say much.",
            "I am very worried about it.",
            "Any advice would help my family.");

    private static final Map<String, List<String>> KNOWN = Map.ofEntries(
            Map.entry(
                    "information",
                    List.of(
                            "what exactly is {}?",
                            "can someone explain {} to me",
                            "I would like to learn about {}",
                            "what does it mean to have {}?",
                            "need general information on {}")),
            Map.entry(
                    "symptoms",
                    List.of(
                            "how do I know if I have {}?",
                            "how does one feel with {}?",
                            "what are the first signs of {}?",
                            "does {} cause pain or other problems?",
                            "how can you tell that it is {}?")),
            Map.entry(
                    "treatment",
                    List.of(
                            "is there a cure for {}?",
                            "what can be done about {}?",
                            "how do I get rid of {}?",
                            "which medicine helps with {}?",
                            "what are the options for someone with {}, surgery or drugs?",
                            "how to manage {}?")),
            Map.entry(
                    "inheritance",
                    List.of(
                            "is {} hereditary?",
                            "can I pass {} on to my children?",
                            "does {} run in families?",
                            "if my father had {}, will I get it too?")),
            Map.entry(
                    "frequency",
                    List.of(
                            "how many people have {}?",
                            "how rare is {}?",
                            "is {} common?",
                            "what are the chances of having {}?")),
            Map.entry(
                    "genetic changes",
                    List.of(
                            "is {} genetic?",
                            "which gene is responsible for {}?",
                            "what mutation leads to {}?",
                            "are there genes for {}?")),
            Map.entry(
                    "causes",
                    List.of(
                            "why do people get {}?",
                            "what brings on {}?",
                            "where does {} come from?",
                            "could something I did lead to {}?",
                            "what is the reason for {}?")),
            Map.entry(
                    "exams and tests",
                    List.of(
                            "is there a test for {}?",
                            "how do doctors find out that it is {}?",
                            "how can I get tested for {}?",
                            "which exams show {}?")),
            Map.entry(
                    "research",
                    List.of(
                            "are there any studies on {}?",
                            "is anyone looking for volunteers with {}?",
                            "what is new in research about {}?")),
            Map.entry(
                    "outlook",
                    List.of(
                            "how long can one live with {}?",
                            "what is the life expectancy with {}?",
                            "will {} get worse?",
                            "do people recover from {}?")),
            Map.entry(
                    "susceptibility",
                    List.of("who is likely to get {}?", "am I at risk of {}?", "does age play a role in {}?")),
            Map.entry(
                    "considerations",
                    List.of("what should I know about {}?", "what should I eat with {}?", "how to live with {}?")),
            Map.entry(
                    "prevention",
                    List.of(
                            "how can I avoid {}?",
                            "what can I do so that I do not get {}?",
                            "can {} be stopped before it starts?")),
            Map.entry(
                    "stages",
                    List.of("how far along can {} be?", "what do the stages of {} mean?", "how does {} progress?")),
            Map.entry(
                    "complications",
                    List.of("what can {} lead to?", "is {} dangerous?", "what else can go wrong with {}?")));

    private ConsumerQuestions() {}

    /** A question of this kind about a topic. */
    static String ask(String type, String topic, Random random) {
        List<String> forms = KNOWN.getOrDefault(type, List.of("what about the " + type + " of {}?"));
        String question = pick(forms, random).replace("{}", topic);
        if (random.nextDouble() >= WITH_CONTEXT) {
            return question;
        }
        return random.nextBoolean() ? pick(BEFORE, random) + " " + question : question + " " + pick(AFTER, random);
    }

    private static String pick(List<String> forms, Random random) {
        return forms.get(random.nextInt(forms.size()));
    }
}
