# The decoder of the Qwen2, Qwen3 and Llama families as it serves, in TorchScript's serialised Python: what the importer of
# libtorch reads, so ids of dtypes stand for their names (u8 is 0, int64 4, float32 6, bfloat16 15), operators are torch.*,
# and functions of this file and of blocks.py are called as __torch__.*. A call from Java runs all layers. Nothing here holds
# state: weights and caches are arguments.
#
# A step takes the tokens of many sequences in one row after another, without padding: N tokens, of which a sequence may
# bring one (it is being decoded) or many (its prompt is read, whole or in part). Everything but attention sees them as one
# matrix [N, C]. Shapes: as in blocks.py; R rows of a cache block, S positions of it.
#
# w holds the weights as in blocks.py. p holds the matrices in the form that their kernel wants, empty tensors where there
# is none, three for each matrix: weight, scales, zero points. First those of the output head, then from 3 + 15 * layer those
# of q,k,v; output; gate; up; down. kind says which kernel:
#   0  plain: the matrices of w
#   1  oneDNN, weights reordered once for its kernels; float32 or bfloat16
#   2  oneDNN, int8 weights with a scale for each row of them, and activations made int8 token by token; what is not a
#      product of matrices stays bfloat16
#
# a holds low-rank adapters: for each adapter and layer, four pairs of down [r, in] and up [out, r] for q,k,v; output; gate
# and up; down. Empty where an adapter leaves a matrix alone.
#
# cache holds blocks of sequences' keys and values: [R, 2 K, S, D] of block b and layer l at b * layers + l, of which the
# first K heads are keys.


class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # One step. plan and index say which token belongs to whom; StepPlan.java writes them, in the order in which they are read
  # here. Returns float32: for each sampled position the token chosen, then for each its log-probability (or, where the plan
  # does not ask for it, its logit), then for each scored position the tokens asked for.
  def step(self: __torch__.Decoder, plan: List[int], index: Tensor, uniform: Tensor, temperature: float, top_p: float, cache: List[Tensor], w: List[Tensor], p: List[Tensor], a: List[Tensor], inv_freq: Tensor, shape: List[int], eps: float, kind: int) -> Tensor:
    device = w[0].device
    if plan[11] != 0:
      index = torch.pin_memory(index).to(device=device, non_blocking=True)
    N = plan[0]
    L = shape[0]
    at = 3 * N
    pi = 13
    # Runs of tokens to remember: block, first token and number; the row and position of each.
    wn = annotate(List[int], [])
    wr = annotate(List[Tensor], [])
    wp = annotate(List[Tensor], [])
    for g in range(plan[6]):
      n = plan[pi + 2]
      for i in range(3):
        wn.append(plan[pi + i])
      wr.append(index[at:at + n])
      wp.append(index[at + n:at + 2 * n])
      at = at + 2 * n
      pi = pi + 3
    # Sequences that bring one token, by block: which tokens, their rows; how far each row of the block is seen.
    dn = annotate(List[int], [])
    dt = annotate(List[Tensor], [])
    dr = annotate(List[Tensor], [])
    dm = annotate(List[Tensor], [])
    for g in range(plan[7]):
      n = plan[pi + 1]
      R = plan[pi + 2]
      S = plan[pi + 3]
      for i in range(5):
        dn.append(plan[pi + i])
      dt.append(index[at:at + n])
      dr.append(index[at + n:at + 2 * n])
      seen = index[at + 2 * n:at + 2 * n + R]
      ahead = torch.gt(torch.arange(S, device=device).unsqueeze(0), seen.unsqueeze(1))
      dm.append(torch.masked_fill(torch.zeros([R, S], dtype=w[0].dtype, device=device), ahead, float("-inf")).view([R, 1, S]))
      at = at + 2 * n + R
      pi = pi + 5
    # Sequences that bring more, by similar length: which token stands at each place of a padded [n, T], which tokens these
    # are, and their places; and where one goes on, what it has in the cache.
    fn = annotate(List[int], [])
    fm = annotate(List[Tensor], [])
    fg = annotate(List[Tensor], [])
    ft = annotate(List[Tensor], [])
    fp = annotate(List[Tensor], [])
    for g in range(plan[8]):
      places = plan[pi] * plan[pi + 1]
      m = plan[pi + 2]
      for i in range(6):
        fn.append(plan[pi + i])
      fm.append(__torch__.causal_mask(plan[pi + 1], shape[1] // shape[2], w[0]))
      fg.append(index[at:at + places])
      ft.append(index[at + places:at + places + m])
      fp.append(index[at + places + m:at + places + 2 * m])
      at = at + places + 2 * m
      pi = pi + 6
    # Prefixes that sequences share: block, row, length, and the tokens that look at it.
    sn = annotate(List[int], [])
    st = annotate(List[Tensor], [])
    for g in range(plan[9]):
      n = plan[pi + 3]
      for i in range(3):
        sn.append(plan[pi + i])
      st.append(index[at:at + n])
      at = at + n
      pi = pi + 4
    # Tokens of each adapter.
    an = annotate(List[int], [])
    rows = annotate(List[Tensor], [])
    for g in range(plan[10]):
      n = plan[pi + 1]
      an.append(plan[pi])
      rows.append(index[at:at + n])
      at = at + n
      pi = pi + 2
    sampled = index[at:at + plan[1]]
    at = at + plan[1]
    scored = index[at:at + plan[2]]
    at = at + plan[2]
    # Samples that may only be some tokens: of which sample each of these tokens is one, then the tokens.
    bound = index[at:at + plan[12]]
    at = at + plan[12]
    allowed = index[at:at + plan[12]]
    at = at + plan[12]
    asked = index[at:at + plan[3]]

    x = __torch__.embed(index[0:N], index[N:2 * N], w)
    cos, sin = __torch__.rotary_tables(index[2 * N:3 * N], inv_freq, x)
    H = shape[1]
    K = shape[2]
    D = shape[3]
    reads = plan[1] + plan[2]
    groups = len(dt) + len(ft)
    for l in range(L):
      o = 4 + 9 * l
      u = 3 + 15 * l
      if kind == 2 and len(an) == 0:
        q8, step = __torch__.normed_bytes(x, w[o], eps)
        qkv = __torch__.bytes_product(q8, p[u], p[u + 1], p[u + 2])
        qkv = torch.mul_(qkv, step)
        if w[o + 2].numel() > 0:
          qkv = torch.add_(qkv, w[o + 2])
      else:
        n1 = torch.rms_norm(x, [x.size(-1)], w[o], eps)
        qkv = __torch__.project_packed(n1, w, o + 1, o + 2, p, u, kind)
        qkv = __torch__.adapt(qkv, n1, a, 4 * l, L, an, rows)
      qkv = qkv.view([N, H + 2 * K, D])
      qk = qkv[:, 0:H + K]
      if w[o + 3].numel() > 0:
        qk = torch.copy_(qk, torch.cat([torch.rms_norm(qk[:, 0:H], [D], w[o + 3], eps), torch.rms_norm(qk[:, H:], [D], w[o + 4], eps)], 1))
      turned = torch.roll(qk, [D // 2], [-1])
      qk = torch.addcmul_(torch.mul_(qk, cos), turned, sin)
      q = qkv[:, 0:H]
      kv = qkv[:, H:]
      for g in range(len(wr)):
        c = cache[wn[3 * g] * L + l].transpose(1, 2)
        first = wn[3 * g + 1]
        torch.index_put_(c, [wr[g], wp[g]], kv[first:first + wn[3 * g + 2]])
      attended = annotate(List[Tensor], [])
      masses = annotate(List[Tensor], [])
      for g in range(len(dt)):
        c = cache[dn[5 * g] * L + l]
        ao, am = __torch__.attend_rows(q, c[0:dn[5 * g + 2], :, 0:dn[5 * g + 3]], dn[5 * g + 4], dt[g], dr[g], dm[g], len(st) > 0)
        attended.append(ao)
        masses.append(am)
      for g in range(len(ft)):
        before = x
        own = fn[6 * g + 5]
        if own > 0:
          row = fn[6 * g + 4]
          before = cache[fn[6 * g + 3] * L + l][row:row + 1, :, 0:own]
        ao, am = __torch__.attend_prompts(q, kv, fn[6 * g], fn[6 * g + 1], own, before, fm[g], fg[g], fp[g], len(st) > 0)
        attended.append(ao)
        masses.append(am)
      # The groups hold the tokens in their order, one group after the other.
      out = attended[0]
      mass = masses[0]
      if groups > 1:
        out = torch.cat(attended)
        if len(st) > 0:
          mass = torch.cat(masses)
      for g in range(len(st)):
        row = sn[3 * g + 1]
        out = __torch__.attend_prefix(out, mass, q, cache[sn[3 * g] * L + l][row:row + 1, :, 0:sn[3 * g + 2]], st[g])
      at_heads = out.reshape([N, H * D])
      if l == L - 1 and reads < N and reads > 0:
        # After the last attention only the positions that are read go on.
        read = torch.cat([sampled, scored])
        x = torch.index_select(x, 0, read)
        at_heads = torch.index_select(at_heads, 0, read)
        rows = __torch__.positions_among(rows, read, N)
      if l < L - 1 or reads > 0:
        if len(an) == 0:
          x = __torch__.project_onto(at_heads, x, w, o + 5, p, u + 3, kind)
          x = __torch__.gated_onto(x, w, o, p, u, kind, eps)
        else:
          y = __torch__.project_packed(at_heads, w, o + 5, -1, p, u + 3, kind)
          x = x + __torch__.adapt(y, at_heads, a, 4 * l + 1, L, an, rows)
          n2 = torch.rms_norm(x, [x.size(-1)], w[o + 6], eps)
          x = x + __torch__.gated_adapted(n2, w, o, p, u, kind, a, l, L, an, rows)
    if reads == N:
      x = torch.index_select(x, 0, torch.cat([sampled, scored]))
    x = torch.rms_norm(x, [x.size(-1)], w[1], eps)
    parts = annotate(List[Tensor], [])
    if plan[1] > 0:
      logits = __torch__.project_packed(x[0:plan[1]], w, __torch__.head_slot(w), -1, p, 0, kind).to(6)
      if plan[12] > 0:
        free = torch.index(logits, annotate(List[Optional[Tensor]], [bound, allowed]))
        logits = torch.index_put_(torch.index_fill(logits, 0, bound, float("-inf")), annotate(List[Optional[Tensor]], [bound, allowed]), free)
      token, chosen = __torch__.choose(logits, temperature, top_p, uniform, plan[5] != 0)
      parts.append(token.to(6))
      parts.append(chosen)
    if plan[2] > 0 and plan[3] > 0:
      y = x[plan[1]:]
      table = w[__torch__.head_slot(w)]
      if plan[4] != 0:
        scores = torch.index_select(torch.log_softmax(torch.linear(y, table).to(6), -1), -1, asked)
      else:
        scores = torch.linear(y, torch.index_select(table, 0, asked)).to(6)
      parts.append(scores.reshape([-1]))
    found = torch.zeros([0], device=device)
    if len(parts) > 0:
      found = torch.cat(parts)
    return found.to(device="cpu")

  # Everything that a comparison with another implementation wants to see, for prompts padded on either side: real
  # [B, T] is true at tokens, positions [B, T] are theirs. Returns float32: logits [B, T, V], the hidden states after
  # the final norm [B, T, C], and the norms [B, T, layers + 1] of the embeddings, of each block's output but the last,
  # and of the hidden states after the final norm.
  def trace(self: __torch__.Decoder, ids: Tensor, types: Tensor, real: Tensor, positions: Tensor, w: List[Tensor], inv_freq: Tensor, shape: List[int], eps: float) -> Tuple[Tensor, Tensor, Tensor]:
    T = ids.size(1)
    x = __torch__.embed(ids, types, w)
    cos, sin = __torch__.rotations(positions, inv_freq, x)
    # A padding position sees itself, else its softmax would be over nothing and its NaN would spread.
    causal = torch.ones([T, T], dtype=11, device=ids.device).tril(0)
    itself = torch.eye(T, dtype=11, device=ids.device)
    mask = torch.logical_or(torch.logical_and(causal, real.unsqueeze(1)), itself).unsqueeze(1)
    norms = annotate(List[Tensor], [])
    for l in range(shape[0]):
      norms.append(torch.sqrt(torch.sum(torch.pow(x.to(6), 2), [-1])))
      x = __torch__.block(x, w, 4 + 9 * l, cos, sin, mask, shape, eps)
    x = torch.rms_norm(x, [x.size(-1)], w[1], eps)
    norms.append(torch.sqrt(torch.sum(torch.pow(x.to(6), 2), [-1])))
    return (torch.linear(x, __torch__.head_weight(w)).to(6), x.to(6), torch.stack(norms, -1))

  # A block of a cache: for each layer zeros [R, 2 K, S, D]. Zeros, not whatever memory holds: a masked NaN is still NaN. The first rows of an old block, or none, are copied into it.
  def new_block(self: __torch__.Decoder, old: List[Tensor], R: int, S: int, shape: List[int], w: List[Tensor]) -> List[Tensor]:
    c = annotate(List[Tensor], [])
    for i in range(shape[0]):
      t = torch.zeros([R, 2 * shape[2], S, shape[3]], dtype=w[0].dtype, device=w[0].device)
      if len(old) > 0:
        n = min(R, old[i].size(0))
        t[0:n] = old[i][0:n]
      c.append(t)
    return c

  # Copies the first n positions of one row to another row, of the same block or of another one.
  def copy_row(self: __torch__.Decoder, source: List[Tensor], row: int, target: List[Tensor], to: int, n: int) -> int:
    for i in range(len(source)):
      c = target[i]
      c[to, :, 0:n] = source[i][row, :, 0:n]
    return n

  # Puts zeros where a row holds what is not a number.
  def clear_row(self: __torch__.Decoder, block: List[Tensor], row: int) -> int:
    for i in range(len(block)):
      c = block[i]
      c[row] = torch.zeros([1], dtype=c.dtype, device=c.device)
    return row

  # A matrix [out, in] as the kernel wants it: weight, scales and zero points.
  def pack(self: __torch__.Decoder, m: Tensor, kind: int) -> Tuple[Tensor, Tensor, Tensor]:
    none = torch.zeros([0], device=m.device)
    weight = none
    scales = none
    zeros = none
    if kind == 1:
      weight = ops.mkldnn._reorder_linear_weight(m.contiguous())
    if kind == 2:
      f = m.to(6)
      scales = torch.div(torch.clamp(torch.amax(torch.abs(f), [1]), min=1e-10), 127.)
      weight = ops.onednn.qlinear_prepack(torch.round(torch.div(f, scales.unsqueeze(1))).to(1), None)
      zeros = torch.zeros([m.size(0)], dtype=3, device=m.device)
    return (weight, scales, zeros)

  # Whether the CPU computes kind 2 as this file expects; a wrong result or an error means no.
  def int8_error(self: __torch__.Decoder) -> float:
    x = torch.sin(torch.arange(40 * 96).to(6)).view([40, 96]).to(15)
    m = torch.cos(torch.arange(64 * 96).to(6)).view([64, 96])
    scales = torch.div(torch.amax(torch.abs(m), [1]), 127.)
    weight = ops.onednn.qlinear_prepack(torch.round(torch.div(m, scales.unsqueeze(1))).to(1), None)
    y = __torch__.int8_product(x, weight, scales, torch.zeros([64], dtype=3)).to(6)
    return float(torch.max(torch.abs(y - torch.linear(x.to(6), m))))

  # Maps a whole file, copy on write, as one flat tensor of n elements.
  def map_file(self: __torch__.Decoder, path: str, n: int, dtype: int) -> Tensor:
    return torch.from_file(path, False, n, dtype=dtype)

  # Elements [begin, end) of a mapped file as a tensor of this shape: a view, unless another dtype is wanted.
  def mapped(self: __torch__.Decoder, file: Tensor, begin: int, end: int, shape: List[int], dtype: int) -> Tensor:
    return file[begin:end].view(shape).to(dtype)

  # The same for a tensor that does not start at a multiple of its element's size; file holds bytes.
  def unaligned(self: __torch__.Decoder, file: Tensor, begin: int, end: int, shape: List[int], stored: int, dtype: int) -> Tensor:
    return torch.view_copy(torch.clone(file[begin:end]), dtype=stored).view(shape).to(dtype)

  # Stacks parts by rows, for example q, k and v.
  def stack_rows(self: __torch__.Decoder, parts: List[Tensor]) -> Tensor:
    return torch.cat(parts, 0)

  # A copy of another element type.
  def cast(self: __torch__.Decoder, x: Tensor, dtype: int) -> Tensor:
    return torch.clone(x.to(dtype))

  # A tensor on the device of a name such as cuda:1.
  def moved(self: __torch__.Decoder, x: Tensor, device: str) -> Tensor:
    return x.to(device=torch.device(device))

  # Rates of this machine, to compare with: sums a buffer as often as told ...
  def read_buffer(self: __torch__.Decoder, x: Tensor, times: int) -> float:
    s = 0.
    for i in range(times):
      s = s + float(torch.sum(x))
    return s

  # ... and multiplies activations [M, in] with matrices [out, in] one after the other, as often as told.
  def multiply(self: __torch__.Decoder, x: Tensor, p: List[Tensor], times: int, kind: int) -> float:
    y = x
    n = len(p) // 3
    for i in range(times):
      y = __torch__.project_packed(x, p, 3 * (i % n), -1, p, 3 * (i % n), kind)
    return float(y.view([-1])[0])


# x [N, in] times the matrix wi of w, or pi of p, transposed, plus the bias bi of w where there is one.
def project_packed(x: Tensor, w: List[Tensor], wi: int, bi: int, p: List[Tensor], pi: int, kind: int) -> Tensor:
  bias = annotate(Optional[Tensor], None)
  if bi >= 0:
    if w[bi].numel() > 0:
      bias = w[bi]
  if kind == 1:
    y = ops.mkldnn._linear_pointwise(x, p[pi], bias, "none", annotate(List[Optional[number]], []), None)
  else:
    if kind == 2:
      y = __torch__.int8_product(x, p[pi], p[pi + 1], p[pi + 2])
      if bi >= 0:
        if w[bi].numel() > 0:
          y = y + w[bi]
    else:
      y = torch.linear(x, w[wi], bias)
  return y

# residual [N, out] plus x [N, in] times a matrix.
def project_onto(x: Tensor, residual: Tensor, w: List[Tensor], wi: int, p: List[Tensor], pi: int, kind: int) -> Tensor:
  if kind == 1:
    y = ops.mkldnn._linear_pointwise(x, residual, p[pi], None, "add")
  else:
    if kind == 2:
      q, step = __torch__.to_bytes(x)
      y = torch.add_(torch.mul_(__torch__.bytes_product(q, p[pi], p[pi + 1], p[pi + 2]), step), residual)
    else:
      y = residual + torch.linear(x, w[wi])
  return y

# Steps between two bytes for the largest magnitudes [N, 1]. A step is a bfloat16 number, rounded up, so that multiplying the
# product with it again adds no error of its own.
def byte_steps(most: Tensor) -> Tensor:
  return torch.mul(torch.clamp(most, min=1e-20), 1.0079 / 127.).to(15)

# Each token's activations as unsigned bytes around 128, and the step [N, 1] between two of them.
def to_bytes(x: Tensor) -> Tuple[Tensor, Tensor]:
  f = x.to(6)
  step = __torch__.byte_steps(torch.maximum(torch.amax(f, [-1], True), torch.neg(torch.amin(f, [-1], True))))
  return (__torch__.rounded(f, torch.reciprocal(step.to(6))), step)

# f times a number for each token, rounded to the nearest integer around 128. (One fused operator of three operands would be
# slower: only those of two take a factor for each row without leaving their vector loop. By way of int16, because the
# conversion from float32 to unsigned bytes has no vector loop either: measured, three times slower.)
def rounded(f: Tensor, by: Tensor) -> Tensor:
  return torch.add_(torch.mul(f, by), 128.5).to(2).to(0)

# The same of RMS-normed activations: the norm of a token only changes its step.
def normed_bytes(x: Tensor, weight: Tensor, eps: float) -> Tuple[Tensor, Tensor]:
  f = x.to(6)
  scale = torch.rsqrt(torch.add(torch.div(torch.pow(torch.linalg_vector_norm(f, 2, [-1], True), 2), float(f.size(-1))), eps))
  f = torch.mul(f, weight.to(6))
  most = torch.maximum(torch.amax(f, [-1], True), torch.neg(torch.amin(f, [-1], True)))
  step = __torch__.byte_steps(torch.mul(most, scale))
  return (__torch__.rounded(f, torch.div(scale, step.to(6))), step)

# Bytes around 128 times a matrix, still to be multiplied with the tokens' steps.
def bytes_product(q: Tensor, weight: Tensor, scales: Tensor, zeros: Tensor) -> Tensor:
  return ops.onednn.qlinear_pointwise(q, 1., 128, weight, scales, zeros, None, 1., 0, 15, "none", annotate(List[Optional[number]], []), "")

def int8_product(x: Tensor, weight: Tensor, scales: Tensor, zeros: Tensor) -> Tensor:
  q, step = __torch__.to_bytes(x)
  return torch.mul_(__torch__.bytes_product(q, weight, scales, zeros), step)

# x [N, C] plus the gated feed-forward of it.
def gated_onto(x: Tensor, w: List[Tensor], o: int, p: List[Tensor], u: int, kind: int, eps: float) -> Tensor:
  if kind == 2:
    q, step = __torch__.normed_bytes(x, w[o + 6], eps)
    g = torch.silu_(torch.mul_(__torch__.bytes_product(q, p[u + 6], p[u + 7], p[u + 8]), step))
    # Up stays without its step, which comes in after the last product.
    h = torch.mul_(g, __torch__.bytes_product(q, p[u + 9], p[u + 10], p[u + 11]))
    q, down = __torch__.to_bytes(h)
    y = __torch__.bytes_product(q, p[u + 12], p[u + 13], p[u + 14])
    y = torch.add_(torch.mul_(y, torch.mul(down, step)), x)
  else:
    n = torch.rms_norm(x, [x.size(-1)], w[o + 6], eps)
    if kind == 1:
      g = ops.mkldnn._linear_pointwise(n, p[u + 6], None, "swish", annotate(List[Optional[number]], []), None)
      h = ops.mkldnn._linear_pointwise(n, g, p[u + 9], None, "mul")
      y = ops.mkldnn._linear_pointwise(h, x, p[u + 12], None, "add")
    else:
      gu = torch.linear(n, w[o + 7])
      F = gu.size(-1) // 2
      y = x + torch.linear(torch.silu(gu[:, 0:F]) * gu[:, F:], w[o + 8])
  return y

# The gated feed-forward of normed activations [N, C] where some tokens have adapters.
def gated_adapted(n: Tensor, w: List[Tensor], o: int, p: List[Tensor], u: int, kind: int, a: List[Tensor], l: int, L: int, an: List[int], rows: List[Tensor]) -> Tensor:
  gu = __torch__.project_packed(n, w, o + 7, -1, p, u + 6, kind)
  if kind > 0:
    gu = torch.cat([gu, __torch__.project_packed(n, w, -1, -1, p, u + 9, kind)], -1)
  gu = __torch__.adapt(gu, n, a, 4 * l + 2, L, an, rows)
  F = gu.size(-1) // 2
  h = torch.silu(gu[:, 0:F]) * gu[:, F:]
  return __torch__.adapt(__torch__.project_packed(h, w, o + 8, -1, p, u + 12, kind), h, a, 4 * l + 3, L, an, rows)

# Adds to y [N, out] what the adapters of some of its tokens make of their inputs x [N, in].
def adapt(y: Tensor, x: Tensor, a: List[Tensor], site: int, L: int, an: List[int], rows: List[Tensor]) -> Tensor:
  for i in range(len(an)):
    down = a[2 * (an[i] * 4 * L + site)]
    if down.numel() > 0:
      low = torch.linear(torch.index_select(x, 0, rows[i]), down)
      y = torch.index_add(y, 0, rows[i], torch.linear(low, a[2 * (an[i] * 4 * L + site) + 1]))
  return y

# For each list of tokens, where those of them stand that are among `read`.
def positions_among(lists: List[Tensor], read: Tensor, N: int) -> List[Tensor]:
  found = annotate(List[Tensor], [])
  for i in range(len(lists)):
    member = torch.zeros([N], dtype=11, device=read.device)
    member = torch.index_fill(member, 0, lists[i], 1)
    found.append(torch.nonzero(torch.index_select(member, 0, read)).view([-1]))
  return found

# Attention of queries [n, A, D] over keys and values [n, S, D]; mask [1 or n, A, S] is added, an empty one means none. Returns
# the output [n, A, D], and if they are asked for the logarithms of the softmax's sums [n, A], by which parts over different
# keys can be merged. The heads that share keys and values are queries of one sequence here, so keys are never repeated.
def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, sums: bool) -> Tuple[Tensor, Tensor]:
  scale = float(q.size(-1)) ** -0.5
  if mask.numel() > 0:
    s = torch.baddbmm(mask, q, k.transpose(1, 2), beta=1, alpha=scale)
  else:
    s = torch.mul_(torch.bmm(q, k.transpose(1, 2)), scale)
  o = torch.bmm(torch.softmax(s, -1), v)
  if sums:
    m = torch.logsumexp(s.to(6), [-1])
  else:
    m = s
  return (o, m)

# Merges outputs [.., D] over two sets of keys by their sums.
def merge(o1: Tensor, s1: Tensor, o2: Tensor, s2: Tensor) -> Tensor:
  return o2 + torch.sigmoid(s1 - s2).unsqueeze(-1).to(o2.dtype) * (o1 - o2)

# Query positions are taken together in runs of this many: little enough that what a causal mask hides is small.
def run_length() -> int:
  return 64

# The mask [1, G * run, run] behind the keys before a run of query positions, once for each of G heads, as a part of
# [1, G * run, T + run]: for the run that begins at position t take columns from T - t on.
def causal_mask(T: int, G: int, like: Tensor) -> Tensor:
  r = __torch__.run_length()
  if T < r:
    r = T
  tri = torch.full([r, r], float("-inf"), dtype=like.dtype, device=like.device).triu(1)
  mask = torch.cat([torch.zeros([r, T], dtype=like.dtype, device=like.device), tri], 1)
  return mask.unsqueeze(0).expand([G, r, T + r]).reshape([1, G * r, T + r])

# One token of some sequences over what they have in rows of a block of the cache [R, 2 K, S, D], hidden positions by mask
# [R, 1, S]. Rows without a token are computed and thrown away, where the tokens are not those of the first rows in order.
def attend_rows(q: Tensor, c: Tensor, first: int, tokens: Tensor, rows: Tensor, mask: Tensor, sums: bool) -> Tuple[Tensor, Tensor]:
  R = c.size(0)
  H = q.size(1)
  K = c.size(1) // 2
  D = q.size(2)
  G = H // K
  if first >= 0:
    mine = q[first:first + R]
  else:
    mine = torch.index_copy(torch.zeros([R, H, D], dtype=q.dtype, device=q.device), 0, rows, torch.index_select(q, 0, tokens))
  k = c[:, 0:K]
  v = c[:, K:]
  if q.device.type == "cpu":
    o, s = torch._scaled_dot_product_flash_attention_for_cpu(mine.reshape([R, K, G, D]), k, v, 0., False, attn_mask=mask.unsqueeze(1))
  else:
    S = c.size(2)
    hidden = mask.unsqueeze(1).expand([R, K, G, S]).reshape([R * K, G, S])
    o, s = __torch__.attention(mine.reshape([R * K, G, D]), k.reshape([R * K, S, D]), v.reshape([R * K, S, D]), hidden, sums)
  o = o.reshape([R, H, D])
  if first < 0:
    o = torch.index_select(o, 0, rows)
  if sums:
    s = s.reshape([R, H])
    if first < 0:
      s = torch.index_select(s, 0, rows)
  return (o, s)

# Many tokens of n sequences of up to T tokens, each over its own, and one alone also over the `own` it has in a row of the
# cache [1, 2 K, own, D].
def attend_prompts(q: Tensor, kv: Tensor, n: int, T: int, own: int, before: Tensor, mask: Tensor, gather: Tensor, places: Tensor, sums: bool) -> Tuple[Tensor, Tensor]:
  H = q.size(1)
  K = kv.size(1) // 2
  D = q.size(2)
  G = H // K
  qs = torch.index_select(q, 0, gather).view([n, T, K, G, D]).permute([0, 2, 3, 1, 4])
  kvs = torch.index_select(kv, 0, gather).view([n, T, 2 * K, D]).transpose(1, 2)
  k = kvs[:, 0:K].reshape([n * K, T, D])
  v = kvs[:, K:].reshape([n * K, T, D])
  none = torch.zeros([0], device=q.device)
  r = min(__torch__.run_length(), T)
  both = sums or own > 0
  os = annotate(List[Tensor], [])
  ss = annotate(List[Tensor], [])
  t = 0
  while t < T:
    e = min(T, t + r)
    m = mask[:, :, T - t:T - t + e]
    if e - t < r:
      m = m.view([1, G, r, e])[:, :, 0:e - t].reshape([1, G * (e - t), e])
    run = qs[:, :, :, t:e].reshape([n * K, G * (e - t), D])
    o, s = __torch__.attention(run, k[:, 0:e], v[:, 0:e], m, both)
    if own > 0:
      ob, sb = __torch__.attention(run, before[0, 0:K], before[0, K:], none, True)
      o = __torch__.merge(ob, sb, o, s)
      s = torch.logaddexp(s, sb)
    os.append(o.view([n, K, G, e - t, D]))
    if sums:
      ss.append(s.view([n, K, G, e - t]))
    t = e
  o = torch.cat(os, 3).permute([0, 3, 1, 2, 4]).reshape([n * T, H, D])
  s = o
  if sums:
    s = torch.cat(ss, 3).permute([0, 3, 1, 2]).reshape([n * T, H])
  if places.size(0) < n * T:
    o = torch.index_select(o, 0, places)
    if sums:
      s = torch.index_select(s, 0, places)
  return (o, s)

# Lets tokens look at a shared prefix [1, 2 K, P, D] too: all of them are the query positions of one sequence, so that the
# prefix is read once.
def attend_prefix(out: Tensor, mass: Tensor, q: Tensor, c: Tensor, tokens: Tensor) -> Tensor:
  n = tokens.size(0)
  H = q.size(1)
  K = c.size(1) // 2
  D = q.size(2)
  G = H // K
  folded = torch.index_select(q, 0, tokens).view([n, K, G, D]).transpose(0, 1).reshape([K, n * G, D])
  o, s = __torch__.attention(folded, c[0, 0:K], c[0, K:], torch.zeros([0], device=q.device), True)
  o = o.view([K, n, G, D]).transpose(0, 1).reshape([n, H, D])
  s = s.view([K, n, G]).transpose(0, 1).reshape([n, H])
  own = torch.index_select(out, 0, tokens)
  return torch.index_copy(out, 0, tokens, __torch__.merge(o, s, own, torch.index_select(mass, 0, tokens)))

# Where the output head is among the weights.
def head_slot(w: List[Tensor]) -> int:
  slot = 2
  if w[2].numel() == 0:
    slot = 0
  return slot

# Picks the next token of each row of logits [B, V]: the best one if temperature is 0, else by inverting the cumulative
# distribution at uniform [B]. Returns it [B] and its log-probability [B], which is the model's own (temperature 1, whole
# vocabulary); or its logit, where that is enough to see that the logits are numbers.
def choose(logits: Tensor, temperature: float, top_p: float, uniform: Tensor, normalized: bool) -> Tuple[Tensor, Tensor]:
  if temperature == 0.:
    chosen, token = torch.max(logits, -1)
  else:
    scaled = torch.softmax(torch.div(logits, temperature), -1)
    if top_p < 1.:
      token = __torch__.nucleus(scaled, top_p, uniform)
    else:
      token = __torch__.invert(scaled, torch.sum(scaled, [-1]), scaled.size(-1), uniform)
    chosen = torch.gather(logits, -1, token.unsqueeze(-1)).squeeze(-1)
  if normalized:
    chosen = chosen - torch.logsumexp(logits, [-1])
  return (token, chosen)

# Samples from the smallest set of tokens whose probabilities reach top_p. The best 256 nearly always hold it; sorting
# the whole vocabulary is for when they do not.
def nucleus(p: Tensor, top_p: float, uniform: Tensor) -> Tensor:
  n = min(256, p.size(-1))
  values, tokens = torch.topk(p, n)
  if bool(torch.any(torch.lt(torch.sum(values, [-1]), top_p))):
    values, tokens = torch.sort(p, -1, True)
  before = torch.cumsum(values, -1) - values
  kept = torch.masked_fill(values, torch.ge(before, top_p), 0.)
  i = __torch__.invert(kept, torch.sum(kept, [-1]), kept.size(-1), uniform)
  return torch.gather(tokens, -1, i.unsqueeze(-1)).squeeze(-1)

# The first index where the cumulative weight passes uniform * mass.
def invert(weights: Tensor, mass: Tensor, n: int, uniform: Tensor) -> Tensor:
  passed = torch.le(torch.cumsum(weights, -1), torch.mul(uniform, mass).unsqueeze(-1))
  return torch.clamp(torch.sum(passed, [-1]), max=n - 1)
