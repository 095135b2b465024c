/**
 * Asks a language model behind an OpenAI-compatible chat endpoint (vLLM, Ollama, hosted ones). Start at {@link
 * rerank.trainer.chat.ChatClient}: it keeps to a rate, tries again what may pass, and never pays twice for an answer, since
 * every one is appended to an {@link rerank.trainer.chat.AnswerLog} before it is used.
 *
 * <p>A client is shared by the threads that ask; it owns none.
 */
@NullMarked
package rerank.trainer.chat;

import org.jspecify.annotations.NullMarked;
