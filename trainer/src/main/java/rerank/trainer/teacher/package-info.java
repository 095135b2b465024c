/**
 * Who labels and explains, and what is learned from it together. {@link rerank.trainer.teacher.Teacher} is the one interface:
 * scripted teachers know their data, {@link rerank.trainer.teacher.ChatTeacher} asks a language model. {@link
 * rerank.trainer.teacher.TrainingGroups} draws the candidates of a query that are learned in one step.
 *
 * <p>Scripted teachers and groups are pure functions of their inputs and a seed, so that training resumes at any group.
 */
@NullMarked
package rerank.trainer.teacher;

import org.jspecify.annotations.NullMarked;
