package rerank.topology;

import rerank.schemas.TopicNames;

/**
 * Everything the topology can be told, one record per concern.
 *
 * @param topics names of the topics
 * @param limits bounds on one query
 * @param timing deadlines and times to live
 * @param judging where pairs are judged and how many at once
 * @param answering what a query gets that does not say what it wants
 * @param attribution how feedback becomes experience
 * @param exploration how often chance has a say in the order
 */
public record RerankSettings(
        TopicNames topics,
        Limits limits,
        Timing timing,
        Judging judging,
        Answering answering,
        Attribution attribution,
        Exploration exploration) {}
