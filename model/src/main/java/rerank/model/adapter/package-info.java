/**
 * Adapters (LoRA) in the directory layout of PEFT: {@code adapter_config.json} and {@code adapter_model.safetensors}.
 * Start at {@link rerank.model.adapter.Adapter}; {@link rerank.model.adapter.AdapterMerge} makes a plain checkpoint of a
 * base and an adapter. Everything here is immutable or static and may be used by any thread; native memory is not
 * touched.
 */
@NullMarked
package rerank.model.adapter;

import org.jspecify.annotations.NullMarked;
