package rerank.cli.feedback;

import java.util.Locale;
import java.util.stream.Collectors;
import rerank.schemas.Experience;
import rerank.schemas.Impression;
import rerank.schemas.UserAction;

/** Experience as text for people: what was shown, and what users did with it. */
public final class ExperienceText {
    private static final int TITLE_CHARS = 60;

    private final int top;

    /** @param top results shown of each besides those that users acted on */
    public ExperienceText(int top) {
        this.top = top;
    }

    /** An experience under the text of its query, a line for each result. */
    public String of(Experience experience) {
        StringBuilder text = new StringBuilder("> ")
                .append(printable(experience.getText() + "  [" + experience.getQueryId() + "]"))
                .append(String.format(
                        Locale.ROOT,
                        "%n  %d shown by %s, open for %d s%s%n",
                        experience.getImpressions().size(),
                        experience.getModelVersion(),
                        (experience.getClosedAtMs() - experience.getShownAtMs()) / 1000,
                        explored(experience)));
        for (Impression impression : experience.getImpressions()) {
            if (impression.getPosition() <= top || !impression.getActions().isEmpty()) {
                text.append(line(impression));
            }
        }
        return text.toString();
    }

    private static String explored(Experience experience) {
        int rank = experience.getExploredRank();
        return rank == 0
                ? ""
                : ", " + rank + " and " + (rank + 1) + (experience.getSwapped() ? " swapped" : " not swapped")
                        + " by chance";
    }

    private static String line(Impression impression) {
        String name = impression.getTitle().isBlank() ? impression.getDocId() : impression.getTitle();
        String cut = name.length() <= TITLE_CHARS ? name : name.substring(0, TITLE_CHARS - 1) + "…";
        String actions =
                impression.getActions().stream().map(ExperienceText::action).collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "  %2d  %.3f  %-" + TITLE_CHARS + "s  %s%n",
                impression.getPosition(),
                impression.getScore(),
                printable(cut),
                actions);
    }

    private static String action(UserAction action) {
        String kind = action.getKind().name().toLowerCase(Locale.ROOT);
        return switch (action.getKind()) {
            case DWELL -> String.format(Locale.ROOT, "%s %.1f s", kind, action.getValue());
            case GRADE -> String.format(Locale.ROOT, "%s %.0f", kind, action.getValue());
            default -> kind;
        };
    }

    /** Control characters could drive the reader's terminal. */
    private static String printable(String text) {
        return text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    }
}
