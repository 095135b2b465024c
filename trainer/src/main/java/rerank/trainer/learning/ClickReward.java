package rerank.trainer.learning;

import java.util.List;
import java.util.Map;
import rerank.trainer.refinement.Answer;
import rerank.trainer.refinement.RewardFunction;
import rerank.trainer.refinement.TaughtPair;
import rerank.trainer.refinement.VerifiableReward;

/**
 * What an explanation with its label is worth by clicks: {@code lambda_d label / 2}, the first order of the list objective in
 * the score of its document, and for its form and its evidence what {@link VerifiableReward} gives. In the mean over labels
 * the first term is that of the expected score.
 *
 * @param lambdas by query id and document id, see {@link ListTargets#lambdas}
 */
record ClickReward(Map<String, Double> lambdas) implements RewardFunction {
    private static final VerifiableReward FORM = new VerifiableReward(0, 0.5, 0.5);

    ClickReward {
        lambdas = Map.copyOf(lambdas);
    }

    static String key(String queryId, String docId) {
        return queryId + '\n' + docId;
    }

    @Override
    public double[] score(TaughtPair pair, List<Answer> answers) {
        double lambda = lambdas.getOrDefault(
                key(pair.query().id(), pair.candidate().docId()), 0.0);
        double[] scores = FORM.score(pair, answers);
        for (int i = 0; i < scores.length; i++) {
            scores[i] += lambda * answers.get(i).label() / 2.0;
        }
        return scores;
    }
}
