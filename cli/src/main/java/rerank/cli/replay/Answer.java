package rerank.cli.replay;

import rerank.schemas.RankedResults;

/**
 * The ranking that came back for a request.
 *
 * @param request what was asked
 * @param results what came back
 * @param latencyNanos from before the query's publication to the receipt of its ranking
 */
public record Answer(RerankRequest request, RankedResults results, long latencyNanos) {}
