package rerank.topology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import rerank.schemas.Experience;
import rerank.schemas.FeedbackEvent;
import rerank.schemas.FeedbackRules;
import rerank.schemas.Impression;
import rerank.schemas.UserAction;
import rerank.schemas.internal.FeedbackWindow;
import rerank.schemas.internal.WindowPhase;

/**
 * Joins what users did with the very ranking they saw. Each answer opens a window; when it closes, one experience goes
 * out, with the actions that came or without any. A second answer under the same query id closes the window of the first.
 * Owned by the stream thread.
 */
final class Attributor {
    /** Further actions on one query are refused, so that a broken producer cannot fill the state. */
    static final int MAX_ACTIONS = 200;

    /** Windows closed at a time: after a long stop all are due, and a transaction must stay small. */
    private static final int CLOSED_AT_A_TIME = 100;

    private final FeedbackWindows windows;
    private final FeedbackPace pace;
    private final DeadLetters deadLetters;
    private final Attribution settings;
    private final Timing timing;
    private final FeedbackCounters counters;
    private final LongSupplier clock;
    private final Consumer<Experience> publish;

    Attributor(
            FeedbackWindows windows,
            DeadLetters deadLetters,
            Attribution settings,
            Timing timing,
            FeedbackCounters counters,
            LongSupplier clock,
            Consumer<Experience> publish) {
        this.windows = windows;
        this.pace = new FeedbackPace(settings.window(), clock.getAsLong());
        this.deadLetters = deadLetters;
        this.settings = settings;
        this.timing = timing;
        this.counters = counters;
        this.clock = clock;
        this.publish = publish;
    }

    /** Opens the window of an answer, with the feedback that came before it. */
    void answered(Experience shown) {
        String queryId = shown.getQueryId();
        FeedbackWindow known = windows.get(queryId);
        if (known != null && known.getPhase() == WindowPhase.OPEN) {
            close(queryId, known);
        }
        FeedbackWindow window = FeedbackWindow.newBuilder()
                .setPhase(WindowPhase.OPEN)
                .setTimerMs(shown.getShownAtMs() + settings.window().toMillis())
                .setShown(shown.getImpressions().stream()
                        .map(Impression::getDocId)
                        .toList())
                .setActions(new ArrayList<>())
                .build();
        if (known != null && known.getPhase() == WindowPhase.PARKED) {
            for (FeedbackEvent early : known.getActions()) {
                attribute(window, early).ifPresent(mistake -> refuseKept(early, mistake));
            }
        }
        windows.open(queryId, window, shown);
        counters.windowsOpen.increment();
    }

    /**
     * Takes a feedback event, unless it breaks a rule, came before, or came too late.
     *
     * @param recordMs the record's own time, in milliseconds since the epoch
     */
    void feedback(Incoming record, FeedbackEvent event, long recordMs) {
        counters.received.increment();
        pace.read(recordMs, clock.getAsLong());
        Optional<String> mistake = FeedbackRules.mistakeIn(event).or(() -> mistakeInKey(record.key(), event));
        if (mistake.isPresent()) {
            refuse(record, mistake.get());
            return;
        }
        if (event.getAtMs() == 0) {
            event.setAtMs(Math.max(recordMs, 0));
        }
        FeedbackWindow window = windows.get(event.getQueryId());
        if (window == null) {
            parkFirst(event);
        } else if (window.getPhase() == WindowPhase.CLOSED) {
            refuse(
                    record,
                    "it came too late: the window of query " + event.getQueryId()
                            + " is closed (rerank.feedback.window.ms)");
        } else {
            mistake = window.getPhase() == WindowPhase.OPEN ? attribute(window, event) : keep(window, event);
            mistake.ifPresentOrElse(reason -> refuse(record, reason), () -> windows.update(event.getQueryId(), window));
        }
    }

    /** Ends the windows whose time is over, some at a time. */
    void closeDue() {
        long now = clock.getAsLong();
        for (int i = 0; i < CLOSED_AT_A_TIME && windows.nextMs() <= now; i++) {
            if (pace.isBehind(windows.nextMs(), now)) {
                return;
            }
            windows.takeNext().ifPresent(this::end);
        }
    }

    private void end(FeedbackWindows.Due due) {
        FeedbackWindow window = due.window();
        if (window.getPhase() == WindowPhase.OPEN) {
            close(due.queryId(), window);
            return;
        }
        for (FeedbackEvent orphan : window.getActions()) {
            refuseKept(orphan, "no ranking of its query came in time, or its window closed long ago");
        }
        windows.forget(due.queryId());
    }

    private void parkFirst(FeedbackEvent event) {
        FeedbackWindow window = FeedbackWindow.newBuilder()
                .setPhase(WindowPhase.PARKED)
                .setTimerMs(clock.getAsLong() + timing.orphanTtl().toMillis())
                .setShown(List.of())
                .setActions(List.of(event))
                .build();
        windows.park(event.getQueryId(), window);
    }

    /** Adds an action on a document that was shown; returns what is wrong with it, empty also if it came before. */
    private Optional<String> attribute(FeedbackWindow window, FeedbackEvent event) {
        int position = window.getShown().indexOf(event.getDocId()) + 1;
        if (position == 0) {
            return Optional.of("document " + event.getDocId() + " is not among the "
                    + window.getShown().size() + " results of query " + event.getQueryId()
                    + " for which feedback is taken (rerank.feedback.max.impressions)");
        }
        int before = window.getActions().size();
        Optional<String> mistake = keep(window, event);
        if (window.getActions().size() > before) {
            counters.attributed.increment();
            if (event.getPosition() != 0 && event.getPosition() != position) {
                counters.positionsCorrected.increment();
            }
            event.setPosition(position);
        }
        return mistake;
    }

    private Optional<String> keep(FeedbackWindow window, FeedbackEvent event) {
        if (window.getActions().stream().anyMatch(known -> isSame(known, event))) {
            counters.duplicates.increment();
            return Optional.empty();
        }
        if (window.getActions().size() >= MAX_ACTIONS) {
            return Optional.of(
                    "query " + event.getQueryId() + " has " + MAX_ACTIONS + " actions already; no more are" + " taken");
        }
        window.getActions().add(event);
        return Optional.empty();
    }

    private static boolean isSame(FeedbackEvent one, FeedbackEvent other) {
        return one.getAtMs() == other.getAtMs()
                && one.getKind() == other.getKind()
                && one.getDocId().equals(other.getDocId())
                && one.getUserHash().equals(other.getUserHash());
    }

    private void close(String queryId, FeedbackWindow window) {
        long now = clock.getAsLong();
        Experience experience = windows.close(queryId, now + timing.doneTtl().toMillis());
        experience.setClosedAtMs(now);
        window.getActions().stream()
                .sorted(Comparator.comparingLong(FeedbackEvent::getAtMs))
                .forEach(action -> experience
                        .getImpressions()
                        .get(action.getPosition() - 1)
                        .getActions()
                        .add(userAction(action)));
        counters.windowsOpen.decrement();
        counters.experiences.increment();
        publish.accept(experience);
    }

    private static UserAction userAction(FeedbackEvent event) {
        return new UserAction(event.getKind(), event.getValue(), event.getAtMs(), event.getUserHash());
    }

    private static Optional<String> mistakeInKey(@Nullable String key, FeedbackEvent event) {
        return event.getQueryId().equals(key)
                ? Optional.empty()
                : Optional.of("feedback on query " + event.getQueryId() + ": the record's key is "
                        + (key == null ? "missing" : "'" + key + "'")
                        + "; it must be the queryId, so that feedback meets its ranking");
    }

    /** Puts a feedback record that is of no use to the dead letters. */
    void refuse(Incoming record, String reason) {
        counters.refused.increment();
        deadLetters.refusedFeedback(record, reason);
    }

    private void refuseKept(FeedbackEvent event, String reason) {
        counters.refused.increment();
        deadLetters.keptFeedback(event, reason);
    }
}
