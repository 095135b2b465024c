# The training step over the blocks of decoder.py, whose functions and layout of weights it shares. Called outside
# inference mode, where arguments are tensors and lists of tensors alone: shape and the like come as tensors. Nothing
# here holds state. B rows, T tokens, G groups of K rows (B = G K), N positions with a next-token loss.


class Training(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # Losses and gradients of one micro-batch: first the losses [next token, label, listwise], then the rows' scores [B],
  # then one gradient for each tensor of w that is not empty. Weights of positions and targets sum to 1 (or are all 0),
  # so every loss is a mean. Only positions with a loss pay for the head, and label positions for three rows of it.
  def gradients(self: __torch__.Training, ids: Tensor, types: Tensor, next_positions: Tensor, next_tokens: Tensor, next_weights: Tensor, label_positions: Tensor, labels: Tensor, label_weights: Tensor, listwise_targets: Tensor, listwise_mask: Tensor, label_tokens: Tensor, loss_weights: Tensor, w: List[Tensor], inv_freq: Tensor, shape: Tensor, epsilon: Tensor) -> List[Tensor]:
    torch.set_grad_enabled(True)
    eps = float(epsilon)
    sizes = annotate(List[int], [int(shape[0]), int(shape[1]), int(shape[2]), int(shape[3])])
    ws = annotate(List[Tensor], [])
    ins = annotate(List[Tensor], [])
    for i in range(len(w)):
      p = w[i].detach()
      if p.numel() > 0:
        p = p.requires_grad_(True)
        ins.append(p)
      ws.append(p)
    x = __torch__.embed(ids, types, ws)
    cos, sin = __torch__.rotations(torch.arange(ids.size(1), device=ids.device).unsqueeze(0), inv_freq, x)
    no_mask = torch.zeros([0], device=ids.device)
    for l in range(sizes[0]):
      x, k, v = __torch__.block(x, ws, 4 + 9 * l, cos, sin, no_mask, sizes, eps)
    x = x.reshape([-1, x.size(-1)])
    next_loss = torch.zeros([], device=ids.device)
    if next_positions.size(0) > 0:
      logits = __torch__.head(torch.index_select(x, 0, next_positions), ws, eps)
      next_loss = torch.sum(torch.cross_entropy_loss(logits, next_tokens, reduction=0) * next_weights)
    h = torch.rms_norm(torch.index_select(x, 0, label_positions), [x.size(-1)], ws[1], eps)
    logits = torch.linear(h, torch.index_select(__torch__.head_weight(ws), 0, label_tokens)).to(6)
    label_loss = torch.sum(torch.cross_entropy_loss(logits, labels, reduction=0) * label_weights)
    scores = logits[:, 2] - logits[:, 0]
    in_group = torch.log_softmax(scores.view_as(listwise_mask) + listwise_mask, -1)
    listwise_loss = torch.neg(torch.sum(listwise_targets * in_group))
    losses = torch.stack([next_loss, label_loss, listwise_loss])
    found = torch.grad([torch.sum(losses * loss_weights)], ins)
    torch.set_grad_enabled(False)
    out = annotate(List[Tensor], [losses.detach(), scores.detach()])
    for i in range(len(found)):
      out.append(torch._unwrap_optional(found[i]))
    return out

  # The gradients of a step: grads holds those of every micro-batch, n tensors each, one micro-batch after the other. They
  # are summed in that order, so the result does not depend on who computed them when, divided by their number, and cut
  # to a global norm of at most `most` (0 for no bound). Returns the norm before the cut, then the n gradients.
  def average(self: __torch__.Training, most: Tensor, n: Tensor, grads: List[Tensor]) -> List[Tensor]:
    torch.set_grad_enabled(False)
    tensors = int(n)
    batches = len(grads) // tensors
    square = torch.zeros([], device=grads[0].device)
    sums = annotate(List[Tensor], [])
    for i in range(tensors):
      g = grads[i]
      for k in range(1, batches):
        g = g + grads[k * tensors + i]
      g = torch.div(g, float(batches))
      square = square + torch.sum(torch.pow(g, 2))
      sums.append(g)
    norm = torch.sqrt(square)
    scale = torch.ones_like(norm)
    if float(most) > 0.:
      scale = torch.clamp(torch.div(most, norm + 1e-06), max=1.)
    out = annotate(List[Tensor], [norm])
    for i in range(tensors):
      out.append(sums[i] * scale)
    return out

  # One AdamW step. w, m, v and steps change in place; they must be arguments as they are, since libtorch drops writes to
  # the elements of a list that is put together here. options: rate, beta 1, beta 2, epsilon, decay.
  def adamw(self: __torch__.Training, options: Tensor, grads: List[Tensor], w: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor]) -> Tensor:
    torch.set_grad_enabled(False)
    torch._foreach_add_(steps, 1)
    torch._fused_adamw_(w, grads, m, v, annotate(List[Tensor], []), steps, lr=float(options[0]), beta1=float(options[1]), beta2=float(options[2]), weight_decay=float(options[4]), eps=float(options[3]), amsgrad=False, maximize=False)
    return options
