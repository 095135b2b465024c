package rerank.cli.simulation;

import java.nio.file.Path;
import java.util.Map;
import rerank.trainer.simulation.User;

/**
 * One experiment.
 *
 * @param name of the experiment, for people and files
 * @param checkpoint what serves first
 * @param crowd who asks and clicks
 * @param sessions of the users, a query each
 * @param pace how often learning gets its turn
 * @param seed of the order of the queries, of the users' choices and of learning
 * @param learning keys of the learner's configuration that differ from its defaults
 * @param isFrozen whether nothing is learned: the first version serves throughout
 */
public record Scenario(
        String name,
        Path checkpoint,
        Crowd crowd,
        int sessions,
        Pace pace,
        long seed,
        Map<String, String> learning,
        boolean isFrozen) {
    /** Users by the number of their session. */
    @FunctionalInterface
    public interface Crowd {
        /**
         * Who comes.
         *
         * @param session from 0
         */
        User at(int session);

        /** The same kind of users throughout. */
        static Crowd of(User user) {
            return session -> user;
        }

        /** The first users, and others after so many sessions. */
        static Crowd changing(User first, int sessions, User others) {
            return session -> session < sessions ? first : others;
        }
    }

    /**
     * When the learner has a cycle.
     *
     * @param cycleSessions sessions before each cycle
     * @param canarySessions sessions before the cycle that decides on a canary
     */
    public record Pace(int cycleSessions, int canarySessions) {
        public Pace {
            if (cycleSessions < 1 || canarySessions < 1) {
                throw new IllegalArgumentException("a cycle and a canary need at least 1 session, have " + cycleSessions
                        + " and " + canarySessions);
            }
        }
    }

    public Scenario {
        learning = Map.copyOf(learning);
    }

    /** The same with other choices. */
    public Scenario withSeed(long other) {
        return new Scenario(name, checkpoint, crowd, sessions, pace, other, learning, isFrozen);
    }
}
