/**
 * What students learn from: teachers, who label pairs and say why, and the groups of labeled candidates drawn with them.
 * Start at {@link rerank.trainer.teacher.Teacher}; {@link rerank.trainer.teacher.TrainingGroups} draws from any data set.
 *
 * <p>Everything is a pure function of its inputs and a seed, so that training resumes at any group.
 */
@NullMarked
package rerank.trainer.teacher;

import org.jspecify.annotations.NullMarked;
