# The training step over the decoder's layout of weights. Called outside inference mode, where arguments are tensors and
# lists of tensors alone: shape and the like come as tensors. Nothing here holds state.
#
# Rows stand one after another without padding: T tokens in all, of which row b has lengths[b]; one row more may fill up to a
# round number, and nothing looks at it. Only attention asks where a row ends. B rows, G groups of K rows (B = G K), N positions with a next-token loss; positions count among the T.
#
# Two things may be trained: all weights w, or, beside a w that stays as it is, the adapters a (LoRA): for each layer 14
# tensors, A [r, in] and B [out, r] of q, k, v, output, gate, up, down; both empty where a matrix has none.
#
# settings: 0 epsilon of the norms, 1 dtype of the arithmetic, 2 whether activations are computed again in the backward
# pass (1) or kept (0), 3 factor of the adapters, 4 their dropout, 5 seed of the dropout. Weights are cast to the dtype as
# they are used, layer by layer, so gradients have the weights' own.


class Training(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # Losses and gradients of one micro-batch: first the losses [next token, label, listwise], then the rows' scores [B],
  # then one gradient for each tensor of w that is not empty. Weights of targets sum to 1 (or are all 0), so every loss
  # is a mean; those of next tokens may be negative, and then their sizes sum to 1. Only positions with a loss pay for
  # the head, and label positions for three rows of it.
  def gradients(self: __torch__.Training, ids: Tensor, types: Tensor, lengths: Tensor, next_positions: Tensor, next_tokens: Tensor, next_weights: Tensor, label_positions: Tensor, labels: Tensor, label_weights: Tensor, listwise_targets: Tensor, listwise_mask: Tensor, label_tokens: Tensor, loss_weights: Tensor, w: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> List[Tensor]:
    targets = [next_positions, next_tokens, next_weights, label_positions, labels, label_weights, listwise_targets, listwise_mask, label_tokens, loss_weights]
    return __torch__.backward(ids, types, lengths, targets, w, annotate(List[Tensor], []), inv_freq, shape, settings)

  # The same with adapters: one gradient for each tensor of a that is not empty.
  def adapter_gradients(self: __torch__.Training, ids: Tensor, types: Tensor, lengths: Tensor, next_positions: Tensor, next_tokens: Tensor, next_weights: Tensor, label_positions: Tensor, labels: Tensor, label_weights: Tensor, listwise_targets: Tensor, listwise_mask: Tensor, label_tokens: Tensor, loss_weights: Tensor, w: List[Tensor], a: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> List[Tensor]:
    targets = [next_positions, next_tokens, next_weights, label_positions, labels, label_weights, listwise_targets, listwise_mask, label_tokens, loss_weights]
    return __torch__.backward(ids, types, lengths, targets, w, a, inv_freq, shape, settings)

  # Losses [list, label, divergence] and gradients of lists that users acted on, then the rows' expected scores [B]. A list
  # is a row of G: indices of its rows in the batch, then what is added to each of their log-odds (very negative: no row
  # here), then its share of the targets. Reference are the log-probabilities [B, 3] of the three labels that the
  # divergence is measured to. What a list is ordered by are the log-odds of the expected label over 2, with the exact
  # gradient through that expectation, times scales[0], plus the margin of the logits of label 2 over label 0 times
  # scales[2]; all is divided by scales[1].
  def list_gradients(self: __torch__.Training, ids: Tensor, types: Tensor, lengths: Tensor, list_rows: Tensor, reference: Tensor, divergence_weights: Tensor, label_positions: Tensor, labels: Tensor, label_weights: Tensor, list_targets: Tensor, list_offsets: Tensor, label_tokens: Tensor, loss_weights: Tensor, scales: Tensor, w: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> List[Tensor]:
    targets = [list_rows, reference, divergence_weights, label_positions, labels, label_weights, list_targets, list_offsets, label_tokens, loss_weights, scales]
    return __torch__.backward(ids, types, lengths, targets, w, annotate(List[Tensor], []), inv_freq, shape, settings)

  def adapter_list_gradients(self: __torch__.Training, ids: Tensor, types: Tensor, lengths: Tensor, list_rows: Tensor, reference: Tensor, divergence_weights: Tensor, label_positions: Tensor, labels: Tensor, label_weights: Tensor, list_targets: Tensor, list_offsets: Tensor, label_tokens: Tensor, loss_weights: Tensor, scales: Tensor, w: List[Tensor], a: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> List[Tensor]:
    targets = [list_rows, reference, divergence_weights, label_positions, labels, label_weights, list_targets, list_offsets, label_tokens, loss_weights, scales]
    return __torch__.backward(ids, types, lengths, targets, w, a, inv_freq, shape, settings)

  # Log-probabilities [N] of the next tokens at these positions.
  def log_probs(self: __torch__.Training, ids: Tensor, types: Tensor, lengths: Tensor, next_positions: Tensor, next_tokens: Tensor, w: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> Tensor:
    return __torch__.next_log_probs(ids, types, lengths, next_positions, next_tokens, w, annotate(List[Tensor], []), inv_freq, shape, settings)

  def adapter_log_probs(self: __torch__.Training, ids: Tensor, types: Tensor, lengths: Tensor, next_positions: Tensor, next_tokens: Tensor, w: List[Tensor], a: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> Tensor:
    return __torch__.next_log_probs(ids, types, lengths, next_positions, next_tokens, w, a, inv_freq, shape, settings)

  # Log-probabilities [B, 3] of the label tokens among themselves at each row's label position.
  def label_log_probs(self: __torch__.Training, ids: Tensor, types: Tensor, lengths: Tensor, label_positions: Tensor, label_tokens: Tensor, w: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> Tensor:
    return __torch__.label_probabilities(ids, types, lengths, label_positions, label_tokens, w, annotate(List[Tensor], []), inv_freq, shape, settings)

  def adapter_label_log_probs(self: __torch__.Training, ids: Tensor, types: Tensor, lengths: Tensor, label_positions: Tensor, label_tokens: Tensor, w: List[Tensor], a: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> Tensor:
    return __torch__.label_probabilities(ids, types, lengths, label_positions, label_tokens, w, a, inv_freq, shape, settings)

  # Adds gradients to others, in place.
  def accumulate(self: __torch__.Training, into: List[Tensor], more: List[Tensor]) -> Tensor:
    torch.set_grad_enabled(False)
    torch._foreach_add_(into, more)
    return into[0]

  # Makes a step's gradients of a sum over `batches` micro-batches: divides by their number and cuts to a global norm of
  # at most `most` (0 for no bound), in place. Returns the norm before the cut.
  def average(self: __torch__.Training, most: Tensor, batches: Tensor, g: List[Tensor]) -> Tensor:
    torch.set_grad_enabled(False)
    square = torch.zeros([], device=g[0].device)
    for i in range(len(g)):
      square = square + torch.sum(torch.pow(torch.div(g[i], float(batches)), 2))
    norm = torch.sqrt(square)
    scale = 1.
    if float(most) > 0.:
      scale = float(torch.clamp(torch.div(most, norm + 1e-06), max=1.))
    torch._foreach_mul_(g, scale / float(batches))
    return norm

  # One AdamW step. w, m, v and steps change in place; they must be arguments as they are, since libtorch drops writes to
  # the elements of a list that is put together here. options: rate, beta 1, beta 2, epsilon, decay.
  def adamw(self: __torch__.Training, options: Tensor, grads: List[Tensor], w: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor]) -> Tensor:
    torch.set_grad_enabled(False)
    torch._foreach_add_(steps, 1)
    torch._fused_adamw_(w, grads, m, v, annotate(List[Tensor], []), steps, lr=float(options[0]), beta1=float(options[1]), beta2=float(options[2]), weight_decay=float(options[4]), eps=float(options[3]), amsgrad=False, maximize=False)
    return options

  # One step of Muon for matrices: Nesterov momentum, its nearest orthogonal matrix by five Newton-Schulz iterations, scaled
  # to the size of an AdamW step by 0.2 sqrt(the longer side). w and m change in place. options: rate, momentum, decay, dtype
  # of the iterations, which bfloat16 is enough for.
  def muon(self: __torch__.Training, options: Tensor, grads: List[Tensor], w: List[Tensor], m: List[Tensor]) -> Tensor:
    torch.set_grad_enabled(False)
    rate = float(options[0])
    momentum = float(options[1])
    torch._foreach_mul_(m, momentum)
    torch._foreach_add_(m, grads)
    torch._foreach_mul_(w, 1. - rate * float(options[2]))
    steps = annotate(List[Tensor], [])
    for i in range(len(w)):
      longer = max(w[i].size(0), w[i].size(1))
      step = __torch__.orthogonal((grads[i] + torch.mul(m[i], momentum)).to(int(options[3]))).to(w[i].dtype)
      steps.append(torch.mul(step, -rate * 0.2 * (float(longer) ** 0.5)))
    torch._foreach_add_(w, steps)
    return options

  # A copy in another dtype that may be part of a gradient, which what was made in inference mode may not.
  def copy(self: __torch__.Training, x: Tensor, dtype: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    return torch.clone(x.to(int(dtype)))

  # Normally distributed numbers, for measurements at shapes that no checkpoint is at hand for.
  def random(self: __torch__.Training, deviation: Tensor, shape: Tensor, dtype: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    sizes = annotate(List[int], [])
    for i in range(shape.size(0)):
      sizes.append(int(shape[i]))
    return torch.mul(torch.randn(sizes, dtype=6), deviation).to(int(dtype))

  # Float32 weights with what the adapters add to them, in the order of w.
  def merged(self: __torch__.Training, shape: Tensor, settings: Tensor, w: List[Tensor], a: List[Tensor]) -> List[Tensor]:
    torch.set_grad_enabled(False)
    H = int(shape[1]) * int(shape[3])
    K = int(shape[2]) * int(shape[3])
    factor = float(settings[3])
    out = annotate(List[Tensor], [])
    for i in range(len(w)):
      out.append(torch.clone(w[i].to(6)))
    for l in range(int(shape[0])):
      o = 4 + 9 * l
      p = 14 * l
      out[o + 1] = __torch__.with_deltas(out[o + 1], a, p, [H, K, K], factor)
      out[o + 5] = __torch__.with_deltas(out[o + 5], a, p + 6, [out[o + 5].size(0)], factor)
      F = out[o + 7].size(0) // 2
      out[o + 7] = __torch__.with_deltas(out[o + 7], a, p + 8, [F, F], factor)
      out[o + 8] = __torch__.with_deltas(out[o + 8], a, p + 12, [out[o + 8].size(0)], factor)
    return out

  # Multiplies [n, k] by the transpose of [m, k], `times` times over, for the machine's own limit.
  def multiply(self: __torch__.Training, x: Tensor, y: Tensor, times: Tensor) -> Tensor:
    torch.set_grad_enabled(False)
    z = torch.linear(x, y)
    for i in range(int(times) - 1):
      z = torch.linear(x, y)
    return z[0, 0].to(6)


# The nearest matrix with singular values of about 1 (0.7 to 1.2), by the quintic iteration of Jordan et al. (Muon, 2024).
def orthogonal(x: Tensor) -> Tensor:
  tall = x.size(0) > x.size(1)
  if tall:
    x = x.t()
  x = torch.div(x, torch.linalg_vector_norm(x) + 1e-07)
  for k in range(5):
    a = torch.mm(x, x.t())
    x = torch.mul(x, 3.4445) + torch.mm(torch.mul(a, -4.775) + torch.mul(torch.mm(a, a), 2.0315), x)
  if tall:
    x = x.t()
  return x

# Tensors in another dtype; gradients pass in the tensors' own.
def cast(w: List[Tensor], dtype: int) -> List[Tensor]:
  c = annotate(List[Tensor], [])
  for i in range(len(w)):
    c.append(w[i].to(dtype))
  return c

# Tensors as leaves of a gradient, where they are not empty; `into` takes those.
def leaves(w: List[Tensor], into: List[Tensor]) -> List[Tensor]:
  ws = annotate(List[Tensor], [])
  for i in range(len(w)):
    p = w[i].detach()
    if p.numel() > 0:
      p = p.requires_grad_(True)
      into.append(p)
    ws.append(p)
  return ws

# Embeddings, cast after the look-up: the table is not cast whole.
def begin(ids: Tensor, types: Tensor, w: List[Tensor], dtype: int) -> Tensor:
  return __torch__.embed(ids, types, w).to(dtype)

# Where tokens stand in their rows: cosines and sines [T, 1, D] of the positions, and what hides the tokens to come from each
# [longest, longest], empty where rows are long.
def places(lengths: List[int], inv_freq: Tensor, x: Tensor) -> List[Tensor]:
  positions = annotate(List[Tensor], [])
  longest = 0
  for b in range(len(lengths)):
    longest = max(longest, lengths[b])
    positions.append(torch.arange(lengths[b], device=x.device))
  cos, sin = __torch__.rotary_tables(torch.cat(positions), inv_freq, x)
  if longest > 256:
    longest = 0
  return [cos, sin, torch.full([longest, longest], float("-inf"), dtype=x.dtype, device=x.device).triu(1)]

# Numbers of a tensor.
def numbers(x: Tensor) -> List[int]:
  n = annotate(List[int], [])
  for i in range(x.size(0)):
    n.append(int(x[i]))
  return n

# Causal attention of each row among its own tokens. q [T, H, D], k and v [T, K, D]; returns [T, H D]. What is split is put
# together again in the backward pass, where slices would each be a matrix of zeros with a part filled in. Short rows go
# through products of matrices: libtorch's fused attention takes three times as long there, most of it in its backward pass.
# It is for long rows, whose scores would need much memory.
def attend(q: Tensor, k: Tensor, v: Tensor, lengths: List[int], ahead: Tensor) -> Tensor:
  H = q.size(1)
  K = k.size(1)
  D = q.size(2)
  qs = torch.split_with_sizes(q, lengths)
  ks = torch.split_with_sizes(k, lengths)
  vs = torch.split_with_sizes(v, lengths)
  out = annotate(List[Tensor], [])
  for b in range(len(lengths)):
    n = lengths[b]
    qh = qs[b].transpose(0, 1)
    kh = ks[b]
    vh = vs[b]
    if H > K:
      kh = kh.unsqueeze(2).expand([n, K, H // K, D]).reshape([n, H, D])
      vh = vh.unsqueeze(2).expand([n, K, H // K, D]).reshape([n, H, D])
    kh = kh.transpose(0, 1)
    vh = vh.transpose(0, 1)
    if ahead.numel() > 0:
      scores = torch.baddbmm(ahead[0:n, 0:n], qh, kh.transpose(1, 2), beta=1, alpha=float(D) ** -0.5)
      a = torch.bmm(torch.softmax(scores, -1), vh)
    else:
      a = torch.scaled_dot_product_attention(qh.unsqueeze(0), kh.unsqueeze(0), vh.unsqueeze(0), is_causal=True).squeeze(0)
    out.append(a.transpose(0, 1).reshape([n, H * D]))
  return torch.cat(out)

# One layer with its 9 weights and its 14 adapters, or none, of any dtype. x [T, C].
def layer(x: Tensor, weights: List[Tensor], adapters: List[Tensor], lengths: List[int], places: List[Tensor], sizes: List[int], settings: Tensor, l: int) -> Tensor:
  w = __torch__.cast(weights, x.dtype)
  a = __torch__.cast(adapters, x.dtype)
  eps = float(settings[0])
  H = sizes[1]
  K = sizes[2]
  D = sizes[3]
  n = torch.rms_norm(x, [x.size(-1)], w[0], eps)
  if w[2].numel() > 0:
    qkv = torch.linear(n, w[1], w[2])
  else:
    qkv = torch.linear(n, w[1])
  qkv = __torch__.with_adapters(qkv, n, a, 0, [H * D, K * D, K * D], settings, l)
  qkv = qkv.view([x.size(0), H + 2 * K, D])
  if w[3].numel() > 0:
    parts = torch.split_with_sizes(qkv, [H, K, K], 1)
    qk = torch.cat([torch.rms_norm(parts[0], [D], w[3], eps), torch.rms_norm(parts[1], [D], w[4], eps)], 1)
    v = parts[2]
  else:
    parts = torch.split_with_sizes(qkv, [H + K, K], 1)
    qk = parts[0]
    v = parts[1]
  qk = qk * places[0] + torch.roll(qk, [D // 2], [-1]) * places[1]
  parts = torch.split_with_sizes(qk, [H, K], 1)
  h = __torch__.attend(parts[0], parts[1], v, lengths, places[2])
  x = x + __torch__.with_adapters(torch.linear(h, w[5]), h, a, 6, [w[5].size(0)], settings, l)
  n = torch.rms_norm(x, [x.size(-1)], w[6], eps)
  F = w[7].size(0) // 2
  parts = torch.split_with_sizes(w[7], [F, F])
  gate = __torch__.with_adapters(torch.linear(n, parts[0]), n, a, 8, [F], settings, l)
  up = __torch__.with_adapters(torch.linear(n, parts[1]), n, a, 10, [F], settings, l)
  h = torch.silu(gate) * up
  return x + __torch__.with_adapters(torch.linear(h, w[8]), h, a, 12, [w[8].size(0)], settings, l)

# y [T, rows], the stacked matrices' product with x, with what the adapters from a[i] on add to each part of the rows; y itself
# without adapters. The mask of a dropout follows from seed and place, so that a layer that is computed again has the same.
def with_adapters(y: Tensor, x: Tensor, a: List[Tensor], i: int, rows: List[int], settings: Tensor, l: int) -> Tensor:
  if len(a) > 0:
    dropout = float(settings[4])
    seed = int(settings[5]) * 1024 + l
    parts = torch.split_with_sizes(y, rows, 1)
    for p in range(len(rows)):
      A = a[i + 2 * p]
      if A.numel() > 0:
        h = x
        if dropout > 0.:
          g = torch.Generator(device="cpu", seed=seed * 16 + i + p)
          kept = torch.ge(torch.rand([x.size(0), x.size(1)], generator=g, dtype=6), dropout)
          h = torch.div(x * kept.to(device=x.device, dtype=x.dtype), 1. - dropout)
        parts[p] = parts[p] + torch.mul(torch.linear(torch.linear(h, A), a[i + 2 * p + 1]), float(settings[3]))
    y = torch.cat(parts, 1)
  return y

# Stacked rows with factor B A added to each part that has adapters from a[i] on.
def with_deltas(x: Tensor, a: List[Tensor], i: int, rows: List[int], factor: float) -> Tensor:
  parts = annotate(List[Tensor], [])
  start = 0
  for p in range(len(rows)):
    part = x[start:start + rows[p]]
    A = a[i + 2 * p]
    if A.numel() > 0:
      part = part + torch.mul(torch.mm(a[i + 2 * p + 1], A), factor)
    parts.append(part)
    start = start + rows[p]
  return torch.cat(parts, 0)

# Logits [B, 3] of the label tokens at positions of x [T, C], in float32.
def label_logits(x: Tensor, ends: List[Tensor], positions: Tensor, tokens: Tensor, eps: float) -> Tensor:
  h = torch.rms_norm(torch.index_select(x, 0, positions).to(6), [x.size(-1)], ends[1].to(6), eps)
  return torch.linear(h, torch.index_select(__torch__.head_weight(ends), 0, tokens).to(6))

# Losses [3] and expected scores [B] of lists that users acted on; t as list_gradients has them.
def list_losses_of(x: Tensor, ends: List[Tensor], t: List[Tensor], eps: float) -> Tuple[Tensor, Tensor]:
  logits = __torch__.label_logits(x, ends, t[3], t[8], eps)
  log_probs = torch.log_softmax(logits, -1)
  probs = torch.exp(log_probs)
  scores = torch.div(probs[:, 1], 2.) + probs[:, 2]
  half = log_probs[:, 1] - 0.6931471805599453
  log_odds = torch.logaddexp(log_probs[:, 2], half) - torch.logaddexp(log_probs[:, 0], half)
  ordered_by = log_odds * t[10][0] + (logits[:, 2] - logits[:, 0]) * t[10][2]
  in_list = torch.index_select(ordered_by, 0, t[0].view([-1])).view_as(t[7])
  in_list = torch.log_softmax(torch.div(in_list + t[7], t[10][1]), -1)
  list_loss = torch.neg(torch.sum(t[6] * in_list))
  label_loss = torch.sum(torch.cross_entropy_loss(logits, t[4], reduction=0) * t[5])
  divergence = torch.sum(torch.sum(probs * (log_probs - t[1]), -1) * t[2])
  return (torch.stack([list_loss, label_loss, divergence]), scores)

# Losses [3] and scores [B] from the last block's output x [T, C]; ends holds embedding, final norm and head.
def losses_of(x: Tensor, ends: List[Tensor], t: List[Tensor], eps: float) -> Tuple[Tensor, Tensor]:
  if len(t) > 10:
    return __torch__.list_losses_of(x, ends, t, eps)
  next_loss = torch.zeros([], device=x.device)
  if t[0].size(0) > 0:
    logits = __torch__.head(torch.index_select(x, 0, t[0]), __torch__.cast(ends, x.dtype), eps)
    next_loss = torch.sum(torch.cross_entropy_loss(logits, t[1], reduction=0) * t[2])
  logits = __torch__.label_logits(x, ends, t[3], t[8], eps)
  label_loss = torch.sum(torch.cross_entropy_loss(logits, t[4], reduction=0) * t[5])
  scores = logits[:, 2] - logits[:, 0]
  in_group = torch.log_softmax(scores.view_as(t[7]) + t[7], -1)
  listwise_loss = torch.neg(torch.sum(t[6] * in_group))
  return (torch.stack([next_loss, label_loss, listwise_loss]), scores)

def backward(ids: Tensor, types: Tensor, lengths: Tensor, t: List[Tensor], w: List[Tensor], a: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> List[Tensor]:
  sizes = annotate(List[int], [int(shape[0]), int(shape[1]), int(shape[2]), int(shape[3])])
  if int(settings[2]) == 1:
    return __torch__.backward_again(ids, types, lengths, t, w, a, inv_freq, sizes, settings)
  torch.set_grad_enabled(True)
  ins = annotate(List[Tensor], [])
  if len(a) == 0:
    ws = __torch__.leaves(w, ins)
    la = a
  else:
    ws = w
    la = __torch__.leaves(a, ins)
  x = __torch__.begin(ids, types, ws, int(settings[1]))
  rows = __torch__.numbers(lengths)
  places = __torch__.places(rows, inv_freq, x)
  for l in range(sizes[0]):
    x = __torch__.layer(x, ws[4 + 9 * l:13 + 9 * l], la[14 * l:14 * l + 14], rows, places, sizes, settings, l)
  losses, scores = __torch__.losses_of(x, ws[0:3], t, float(settings[0]))
  found = torch.grad([torch.sum(losses * t[9])], ins)
  torch.set_grad_enabled(False)
  out = annotate(List[Tensor], [losses.detach(), scores.detach()])
  for i in range(len(found)):
    out.append(torch._unwrap_optional(found[i]))
  return out

# The same with no more kept than the input of every layer: the backward pass computes each layer again.
def backward_again(ids: Tensor, types: Tensor, lengths: Tensor, t: List[Tensor], w: List[Tensor], a: List[Tensor], inv_freq: Tensor, sizes: List[int], settings: Tensor) -> List[Tensor]:
  torch.set_grad_enabled(False)
  full = len(a) == 0
  x = __torch__.begin(ids, types, w, int(settings[1]))
  rows = __torch__.numbers(lengths)
  places = __torch__.places(rows, inv_freq, x)
  xs = annotate(List[Tensor], [])
  for l in range(sizes[0]):
    xs.append(x)
    x = __torch__.layer(x, w[4 + 9 * l:13 + 9 * l], a[14 * l:14 * l + 14], rows, places, sizes, settings, l)
  torch.set_grad_enabled(True)
  ins = annotate(List[Tensor], [])
  x = x.detach().requires_grad_(True)
  ins.append(x)
  ends = w[0:3]
  if full:
    ends = __torch__.leaves(ends, ins)
  losses, scores = __torch__.losses_of(x, ends, t, float(settings[0]))
  # With a head of its own the embedding has no part here.
  found = torch.grad([torch.sum(losses * t[9])], ins, allow_unused=True)
  gx = torch._unwrap_optional(found[0])
  ends_found = found[1:]
  # Gradients of the layers, the last layer first, each in its own order.
  layers = annotate(List[List[Tensor]], [])
  for k in range(sizes[0]):
    l = sizes[0] - 1 - k
    ins = annotate(List[Tensor], [])
    x = xs.pop(-1).detach().requires_grad_(True)
    ins.append(x)
    lw = w[4 + 9 * l:13 + 9 * l]
    la = a[14 * l:14 * l + 14]
    if full:
      lw = __torch__.leaves(lw, ins)
    else:
      la = __torch__.leaves(la, ins)
    y = __torch__.layer(x, lw, la, rows, places, sizes, settings, l)
    go = annotate(List[Optional[Tensor]], [gx])
    found = torch.grad([y], ins, go)
    gx = torch._unwrap_optional(found[0])
    g = annotate(List[Tensor], [])
    for i in range(1, len(found)):
      g.append(torch._unwrap_optional(found[i]))
    layers.append(g)
  out = annotate(List[Tensor], [losses.detach(), scores.detach()])
  if full:
    ins = annotate(List[Tensor], [])
    ws = [w[0], w[1], w[2], w[3]]
    ws[0] = w[0].detach().requires_grad_(True)
    ins.append(ws[0])
    if w[3].numel() > 0:
      ws[3] = w[3].detach().requires_grad_(True)
      ins.append(ws[3])
    x = __torch__.begin(ids, types, ws, int(settings[1]))
    go = annotate(List[Optional[Tensor]], [gx])
    found = torch.grad([x], ins, go)
    embedding = torch._unwrap_optional(found[0])
    if w[2].numel() == 0:
      embedding = embedding + torch._unwrap_optional(ends_found[0])
    out.append(embedding)
    for i in range(1, len(ends_found)):
      out.append(torch._unwrap_optional(ends_found[i]))
    if len(found) > 1:
      out.append(torch._unwrap_optional(found[1]))
  torch.set_grad_enabled(False)
  for k in range(sizes[0]):
    out.extend(layers[sizes[0] - 1 - k])
  return out

# The last block's output [T, C] without gradients and dropout.
def still_forward(ids: Tensor, types: Tensor, lengths: Tensor, w: List[Tensor], a: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> Tensor:
  torch.set_grad_enabled(False)
  sizes = annotate(List[int], [int(shape[0]), int(shape[1]), int(shape[2]), int(shape[3])])
  x = __torch__.begin(ids, types, w, int(settings[1]))
  rows = __torch__.numbers(lengths)
  places = __torch__.places(rows, inv_freq, x)
  still = torch.clone(settings)
  still[4] = 0.
  for l in range(sizes[0]):
    x = __torch__.layer(x, w[4 + 9 * l:13 + 9 * l], a[14 * l:14 * l + 14], rows, places, sizes, still, l)
  return x

def next_log_probs(ids: Tensor, types: Tensor, lengths: Tensor, positions: Tensor, tokens: Tensor, w: List[Tensor], a: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> Tensor:
  x = torch.index_select(__torch__.still_forward(ids, types, lengths, w, a, inv_freq, shape, settings), 0, positions)
  logits = __torch__.head(x, __torch__.cast(w[0:3], x.dtype), float(settings[0]))
  return torch.neg(torch.cross_entropy_loss(logits, tokens, reduction=0))

def label_probabilities(ids: Tensor, types: Tensor, lengths: Tensor, positions: Tensor, label_tokens: Tensor, w: List[Tensor], a: List[Tensor], inv_freq: Tensor, shape: Tensor, settings: Tensor) -> Tensor:
  x = __torch__.still_forward(ids, types, lengths, w, a, inv_freq, shape, settings)
  return torch.log_softmax(__torch__.label_logits(x, w[0:3], positions, label_tokens, float(settings[0])), -1)
