# Golden values of layers, losses, initial weights, optimisers, clipping and schedules, from PyTorch itself.
# Run: python3 parity/nn_golden.py (PyTorch 1.13 or newer, CPU). Writes parity/golden/nn.safetensors.
import sys

sys.dont_write_bytecode = True

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler

from golden_file import save

golden = {}


def put(name, tensor):
    golden[name] = tensor.detach().clone()


def layer(name, module, *shape, inputs=None):
    """Input, parameters and buffers before; output; gradients for a random upstream gradient; buffers after."""
    x = torch.randn(*shape) if inputs is None else inputs
    with torch.no_grad():
        for parameter in module.parameters():  # no ones and zeros: they would hide a weight that is never used
            parameter.copy_(torch.randn_like(parameter) * 0.5)
    if x.is_floating_point():
        x.requires_grad_()
    put(f"{name}/input", x)
    for key, tensor in module.state_dict().items():
        put(f"{name}/state.{key}", tensor)
    y = module(x)
    upstream = torch.randn_like(y)
    y.backward(upstream)
    put(f"{name}/output", y)
    put(f"{name}/upstream", upstream)
    if x.is_floating_point():
        put(f"{name}/grad-input", x.grad)
    for key, parameter in module.named_parameters():
        put(f"{name}/grad.{key}", parameter.grad)
    for key, buffer in module.named_buffers():
        put(f"{name}/after.{key}", buffer)


def evaluated_batch_norm(module, *shape):
    module.running_mean.normal_()
    module.running_var.uniform_(0.5, 2)
    return module.eval()


def fourth_batch(module):
    module.running_mean.normal_()
    module.num_batches_tracked.fill_(3)
    return module


def layers():
    layer("linear", nn.Linear(5, 4), 3, 5)
    layer("linear-no-bias", nn.Linear(5, 4, bias=False), 2, 3, 5)
    layer("conv2d", nn.Conv2d(3, 4, 3, padding=1), 2, 3, 6, 5)
    layer("conv2d-strided", nn.Conv2d(4, 6, (3, 2), stride=2, padding=(1, 0), dilation=(1, 2), groups=2, bias=False), 2, 4, 7, 6)
    layer("conv-transpose2d", nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), 2, 4, 4, 3)
    layer("batch-norm2d", nn.BatchNorm2d(3), 4, 3, 3, 2)
    layer("batch-norm2d-eval", evaluated_batch_norm(nn.BatchNorm2d(3)), 4, 3, 3, 2)
    layer("batch-norm2d-cumulative", fourth_batch(nn.BatchNorm2d(3, momentum=None, eps=1e-3)), 4, 3, 3, 2)
    layer("batch-norm2d-bare", nn.BatchNorm2d(3, affine=False, track_running_stats=False), 4, 3, 3, 2)
    layer("batch-norm1d", nn.BatchNorm1d(5), 6, 5)
    layer("batch-norm1d-sequence", nn.BatchNorm1d(5), 3, 5, 4)
    layer("layer-norm", nn.LayerNorm((3, 4)), 2, 3, 4)
    layer("embedding", nn.Embedding(6, 3), inputs=torch.tensor([[0, 5, 2], [2, 2, 1]]))
    layer("max-pool2d", nn.MaxPool2d(3, stride=2, padding=1), 2, 3, 7, 6)
    layer("max-pool2d-ceil", nn.MaxPool2d(2, ceil_mode=True), 2, 3, 5, 5)
    layer("avg-pool2d", nn.AvgPool2d(2, padding=1, count_include_pad=False), 2, 3, 5, 6)
    layer("adaptive-avg-pool2d", nn.AdaptiveAvgPool2d((2, 3)), 2, 3, 5, 7)
    layer("relu", nn.ReLU(), 3, 4)
    layer("leaky-relu", nn.LeakyReLU(0.2), 3, 4)
    layer("sigmoid", nn.Sigmoid(), 3, 4)
    layer("tanh", nn.Tanh(), 3, 4)
    layer("flatten", nn.Flatten(), 2, 3, 2, 2)
    layer("sequential", nn.Sequential(nn.Conv2d(2, 3, 3, bias=False), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(12, 2)), 3, 2, 4, 4)


def initial():
    """The same seed, the same calls in the same order: the same numbers."""
    torch.manual_seed(11)
    for name, module in [("linear", nn.Linear(7, 5)), ("conv2d", nn.Conv2d(4, 6, 3, groups=2)),
                         ("conv-transpose2d", nn.ConvTranspose2d(4, 6, 3, groups=2)), ("embedding", nn.Embedding(5, 4))]:
        for key, tensor in module.state_dict().items():
            put(f"initial/{name}.{key}", tensor)
    shape = (6, 4, 3, 3)
    put("initial/kaiming-normal-out-relu", nn.init.kaiming_normal_(torch.empty(shape), mode="fan_out", nonlinearity="relu"))
    put("initial/kaiming-uniform-leaky", nn.init.kaiming_uniform_(torch.empty(shape), a=0.3))
    put("initial/kaiming-normal-tanh", nn.init.kaiming_normal_(torch.empty(shape), nonlinearity="tanh"))
    put("initial/xavier-normal", nn.init.xavier_normal_(torch.empty(shape), gain=1.5))
    put("initial/xavier-uniform", nn.init.xavier_uniform_(torch.empty(shape)))
    put("initial/uniform", nn.init.uniform_(torch.empty(20), -2, 3))
    put("initial/normal", nn.init.normal_(torch.empty(20), 1, 2))


def loss(name, function, x):
    x.requires_grad_()
    value = function(x)
    upstream = torch.randn_like(value)
    value.backward(upstream)
    put(f"loss/{name}/input", x)
    put(f"loss/{name}/value", value)
    put(f"loss/{name}/upstream", upstream)
    put(f"loss/{name}/grad", x.grad)


def losses():
    labels = torch.tensor([2, 0, 3, 3, 1, -100])
    weight = torch.rand(4) + 0.5
    soft = torch.softmax(torch.randn(6, 4), 1)
    other = torch.randn(6, 4)
    binary = torch.rand(6, 4)
    put("loss/labels", labels)
    put("loss/weight", weight)
    put("loss/soft", soft)
    put("loss/other", other)
    put("loss/binary", binary)
    logits = lambda: torch.randn(6, 4) * 3
    loss("cross-entropy", lambda x: F.cross_entropy(x, labels), logits())
    loss("cross-entropy-none", lambda x: F.cross_entropy(x, labels, reduction="none"), logits())
    loss("cross-entropy-sum", lambda x: F.cross_entropy(x, labels, reduction="sum"), logits())
    loss("cross-entropy-weighted", lambda x: F.cross_entropy(x, labels, weight=weight), logits())
    loss("cross-entropy-smoothed", lambda x: F.cross_entropy(x, labels, weight=weight, label_smoothing=0.1), logits())
    loss("cross-entropy-ignore", lambda x: F.cross_entropy(x, labels.clamp(min=0), ignore_index=3), logits())
    loss("cross-entropy-soft", lambda x: F.cross_entropy(x, soft), logits())
    loss("nll", lambda x: F.nll_loss(x, labels, weight=weight), torch.log_softmax(logits(), 1).detach())
    loss("mse", lambda x: F.mse_loss(x, other), torch.randn(6, 4))
    loss("mse-sum", lambda x: F.mse_loss(x, other, reduction="sum"), torch.randn(6, 4))
    loss("l1", lambda x: F.l1_loss(x, other), torch.randn(6, 4))
    loss("smooth-l1", lambda x: F.smooth_l1_loss(x, other, beta=0.5), torch.randn(6, 4))
    loss("bce", lambda x: F.binary_cross_entropy_with_logits(x, binary), logits())
    loss("bce-weighted", lambda x: F.binary_cross_entropy_with_logits(x, binary, weight=other.abs(), pos_weight=weight), logits())
    loss("kl", lambda x: F.kl_div(x, soft), torch.log_softmax(logits(), 1).detach())
    loss("kl-batchmean", lambda x: F.kl_div(x, soft, reduction="batchmean"), torch.log_softmax(logits(), 1).detach())
    loss("kl-log-target", lambda x: F.kl_div(x, soft.log(), reduction="none", log_target=True), torch.log_softmax(logits(), 1).detach())


STEPS = 10


def trajectory(name, make):
    """Three parameters driven by fixed gradients; the third has none in the steps 0, 3 and 4."""
    params = [nn.Parameter(golden[f"optim/start.{i}"].clone()) for i in range(3)]
    optimizer = make(params)
    path = [[] for _ in params]
    for step in range(STEPS):
        optimizer.zero_grad(set_to_none=True)
        for i, parameter in enumerate(params):
            if i < 2 or step not in (0, 3, 4):
                parameter.grad = golden[f"optim/gradients.{i}"][step].clone()
        optimizer.step()
        for i, parameter in enumerate(params):
            path[i].append(parameter.detach().clone())
    for i, points in enumerate(path):
        put(f"optim/{name}.{i}", torch.stack(points))


def optimisers():
    for i, shape in enumerate([(3, 4), (5,), (2, 2, 3)]):
        put(f"optim/start.{i}", torch.randn(shape))
        put(f"optim/gradients.{i}", torch.randn(STEPS, *shape))
    sgd, adam, adamw = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
    trajectory("sgd", lambda p: sgd(p, lr=0.1))
    trajectory("sgd-decay", lambda p: sgd(p, lr=0.1, weight_decay=0.05))
    trajectory("sgd-momentum", lambda p: sgd(p, lr=0.1, momentum=0.9, weight_decay=5e-2))
    trajectory("sgd-dampened", lambda p: sgd(p, lr=0.1, momentum=0.8, dampening=0.3))
    trajectory("sgd-nesterov", lambda p: sgd(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-2))
    trajectory("sgd-groups", lambda p: sgd([{"params": p[:1], "lr": 0.01}, {"params": p[1:], "weight_decay": 0.1, "momentum": 0.5}], lr=0.1, momentum=0.9))
    trajectory("adam", lambda p: adam(p, lr=0.02))
    trajectory("adam-decay", lambda p: adam(p, lr=0.02, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1))
    trajectory("adamw", lambda p: adamw(p, lr=0.02))
    trajectory("adamw-decay", lambda p: adamw(p, lr=0.02, betas=(0.8, 0.99), weight_decay=0.3))


def clipping():
    for name, maximum, kind in [("clip", 1.0, 2.0), ("clip-not-needed", 100.0, 2.0), ("clip-one", 2.0, 1.0), ("clip-infinity", 0.5, float("inf"))]:
        params = [nn.Parameter(golden[f"optim/start.{i}"].clone()) for i in range(3)]
        for i, parameter in enumerate(params[:2]):  # the third has no gradient
            parameter.grad = golden[f"optim/gradients.{i}"][0].clone()
        put(f"{name}/norm", nn.utils.clip_grad_norm_(params, maximum, kind))
        for i, parameter in enumerate(params[:2]):
            put(f"{name}/grad.{i}", parameter.grad)


def schedules():
    def rates(name, make, epochs=24):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.3)
        schedule = make(optimizer)
        values = []
        for _ in range(epochs):
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        put(f"schedule/{name}", torch.tensor(values, dtype=torch.float64))

    rates("step", lambda o: lr_scheduler.StepLR(o, 7, 0.3))
    rates("multi-step", lambda o: lr_scheduler.MultiStepLR(o, [5, 11, 11, 20], 0.1))
    rates("cosine", lambda o: lr_scheduler.CosineAnnealingLR(o, 23))
    rates("cosine-minimum", lambda o: lr_scheduler.CosineAnnealingLR(o, 23, eta_min=0.03))
    rates("warm-up", lambda o: lr_scheduler.LinearLR(o, 0.2, total_iters=6))
    rates("warm-up-multi-step", lambda o: lr_scheduler.ChainedScheduler(
        [lr_scheduler.LinearLR(o, 0.2, total_iters=4), lr_scheduler.MultiStepLR(o, [10, 18], 0.01)]))


torch.set_num_threads(1)
torch.manual_seed(7)
layers()
losses()
optimisers()
clipping()
schedules()
initial()
path = Path(__file__).parent / "golden" / "nn.safetensors"
save(path, golden, {"torch": torch.__version__, "script": "parity/nn_golden.py"})
print(f"{path}: {len(golden)} tensors, {path.stat().st_size} bytes")
