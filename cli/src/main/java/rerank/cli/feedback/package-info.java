/**
 * What users did, from lines of JSON to the feedback topic, and experience as text for people. Start at {@link
 * rerank.cli.feedback.FeedbackPublisher}.
 */
@NullMarked
package rerank.cli.feedback;

import org.jspecify.annotations.NullMarked;
