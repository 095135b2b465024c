package rerank.trainer.filter;

import rerank.trainer.example.Example;

/** How well a model foresees the explanation of an example. */
public interface SequenceLoss extends AutoCloseable {
    /** Mean loss of the explanation's tokens in nats, query and document given. */
    double given(Example example);

    /** Mean loss of the same tokens with nothing given. */
    double alone(Example example);

    @Override
    void close();
}
