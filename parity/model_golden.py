# Golden tensors of the model: a literal PyTorch transcription of the paper's equations (3.2, 3.3) and of the authors'
# released code where the two differ, with none of the shortcuts of packages/oltr. Distances are computed by expanding
# features and centroids to (B, K, D). Everything runs in double precision and is stored as float32, so a float32
# implementation is compared with the true value. Run: python3 parity/model_golden.py (writes parity/golden/model-*.safetensors).
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(Path(__file__).parent))
from golden_file import save  # noqa: E402
from literal_backbones import Basic, Bottleneck, CifarResNet, ResNet  # noqa: E402

GOLDEN = Path(__file__).parent / "golden"
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def exactly_float32(tensor):
    """A double tensor whose values float32 holds exactly: both sides then start from the same numbers."""
    return tensor.float().double()


def randn(*shape, scale=1.0):
    return exactly_float32(torch.randn(*shape) * scale)


def leaf(*shape, scale=1.0):
    return randn(*shape, scale=scale).requires_grad_()


def write(name, tensors):
    out = {}
    for key, value in tensors.items():
        out[key] = value.detach().float() if value.is_floating_point() else value.detach()
    save(GOLDEN / f"model-{name}.safetensors", out, {"made_by": "parity/model_golden.py", "torch": torch.__version__})


def snap(module):
    """Rounds a module's parameters and buffers to float32 values, in place."""
    with torch.no_grad():
        for tensor in list(module.parameters()) + list(module.buffers()):
            if tensor.is_floating_point():
                tensor.copy_(exactly_float32(tensor))
    return module


def gradients(module, prefix="grad."):
    return {prefix + name: parameter.grad for name, parameter in module.named_parameters() if parameter.grad is not None}


# --- Modulated attention, Eq. 6 -------------------------------------------------------------------------------------


class Attention(nn.Module):
    def __init__(self, channels, height, width):
        super().__init__()
        self.g = nn.Conv2d(channels, channels // 2, 1)
        self.theta = nn.Conv2d(channels, channels // 2, 1)
        self.phi = nn.Conv2d(channels, channels // 2, 1)
        self.conv_mask = nn.Conv2d(channels // 2, channels, 1, bias=False)
        self.fc_spatial = nn.Linear(channels * height * width, height * width)

    def forward(self, f):
        batch, channels, height, width = f.shape
        inter = channels // 2
        g = self.g(f).reshape(batch, inter, -1).permute(0, 2, 1)
        theta = self.theta(f).reshape(batch, inter, -1).permute(0, 2, 1)
        phi = self.phi(f).reshape(batch, inter, -1)
        attention = torch.softmax(torch.bmm(theta, phi), dim=-1)
        correlated = torch.bmm(attention, g).permute(0, 2, 1).reshape(batch, inter, height, width)
        self_attention = self.conv_mask(correlated)
        mask = torch.softmax(self.fc_spatial(f.reshape(batch, -1)), dim=1)
        spatial = mask.reshape(batch, 1, height, width).expand(batch, channels, height, width)
        return f + spatial * self_attention, mask, self_attention


def attention_case():
    attention = snap(Attention(8, 3, 5))
    f = leaf(4, 8, 3, 5)
    out, mask, self_attention = attention(f)
    upstream = randn(*out.shape)
    (out * upstream).sum().backward()
    write("attention", {
        "f": f, "upstream": upstream, "out": out, "mask": mask, "self_attention": self_attention, "grad_f": f.grad,
        **{"param." + name: value for name, value in attention.state_dict().items()}, **gradients(attention),
    })


# --- Memory, selector, reachability, meta-embedding, cosine classifier: Eq. 2 to 5 and 10 ------------------------------


def literal_distances(x, centroids):
    batch, dimension = x.shape
    classes = centroids.shape[0]
    expanded = x.unsqueeze(1).expand(batch, classes, dimension)
    return torch.norm(expanded - centroids.unsqueeze(0).expand(batch, classes, dimension), 2, 2)


class Head(nn.Module):
    """The authors' meta-embedding classifier. The centroids carry no gradient here."""

    def __init__(self, dimension, classes, reach_scale=10.0):
        super().__init__()
        self.hallucinator = nn.Linear(dimension, classes)
        self.concept_selector = nn.Linear(dimension, dimension)
        self.weight = nn.Parameter(torch.empty(classes, dimension).uniform_(-dimension ** -0.5, dimension ** -0.5))
        self.reach_scale = reach_scale

    def forward(self, x, centroids, selector=True, memory=True, calibrator=True):
        centroids = centroids.detach()
        distances = literal_distances(x, centroids)
        ordered, order = torch.sort(distances, dim=1)
        reachability = ordered[:, 0]
        coefficients = torch.softmax(self.hallucinator(x), dim=1)
        memory_feature = torch.matmul(coefficients, centroids)
        selected = torch.tanh(self.concept_selector(x)) if selector else torch.ones_like(x)
        infused = selected * memory_feature if memory else torch.zeros_like(x)
        scale = (self.reach_scale / reachability).unsqueeze(1) if calibrator else 1.0
        meta = scale * (x + infused)
        norm = torch.norm(meta, 2, 1, keepdim=True)
        squashed = (norm / (1 + norm)) * (meta / norm)
        directions = self.weight / torch.norm(self.weight, 2, 1, keepdim=True)
        logits = torch.mm(16 * squashed, directions.t())
        return {"distances": distances, "nearest": order[:, 0], "reachability": reachability, "memory": memory_feature,
                "infused": infused, "meta": meta, "logits": logits}


def head_case():
    batch, classes, dimension = 6, 7, 5
    head = snap(Head(dimension, classes))
    centroids = randn(classes, dimension, scale=2)
    tensors = {"centroids": centroids, "upstream": randn(batch, classes), "x": randn(batch, dimension, scale=2)}
    tensors.update({"param." + name: value for name, value in head.state_dict().items()})
    for name, switches in {"full": {}, "no_memory": {"memory": False}, "no_selector": {"selector": False},
                           "no_calibrator": {"calibrator": False}}.items():
        head.zero_grad(set_to_none=True)
        x = tensors["x"].clone().requires_grad_()
        out = head(x, centroids, **switches)
        (out["logits"] * tensors["upstream"]).sum().backward()
        tensors.update({f"{name}.{key}": value for key, value in out.items()})
        tensors[f"{name}.grad_x"] = x.grad
        tensors.update(gradients(head, f"{name}.grad."))
    write("head", tensors)


# --- Losses: Eq. 11 to 13 and the authors' constants -------------------------------------------------------------------


class CentroidLoss(torch.autograd.Function):
    """0.5 mean ||x - c_y||^2, whose gradient with respect to the centroids is Eq. 1 over the batch size, unscaled."""

    @staticmethod
    def forward(ctx, x, labels, centroids):
        ctx.save_for_backward(x, labels, centroids)
        return (x - centroids[labels]).pow(2).sum() / 2.0 / x.shape[0]

    @staticmethod
    def backward(ctx, upstream):
        x, labels, centroids = ctx.saved_tensors
        batch = x.shape[0]
        difference = centroids[labels] - x
        moved = torch.zeros_like(centroids)
        for i in range(centroids.shape[0]):
            members = (labels == i).nonzero().flatten()
            moved[i] = difference[members].sum(0) / (1 + len(members))
        return -upstream * difference / batch, None, moved / batch


def code_large_margin(x, labels, centroids, margin=10.0):
    batch, dimension = x.shape
    classes = centroids.shape[0]
    attraction = CentroidLoss.apply(x, labels, centroids)
    difference = x.unsqueeze(1).expand(batch, classes, dimension) - centroids.unsqueeze(0).expand(batch, classes, dimension)
    squared = difference.pow(2).sum(dim=2)
    others = torch.arange(classes).expand(batch, classes) != labels.unsqueeze(1).expand(batch, classes)
    repulsion = torch.clamp(margin - (squared * others).sum() / (batch * classes), 0.0, 1e6)
    return attraction, repulsion, attraction + 0.01 * repulsion


def hinge(x, labels, centroids, form, margin=5.0):
    total = 0.0
    for b in range(x.shape[0]):
        distances = [(x[b] - centroid).norm() for centroid in centroids]
        own = distances[labels[b]]
        others = torch.stack([d for i, d in enumerate(distances) if i != labels[b]])
        total = total + torch.clamp(own - (others.mean() if form == "mean-hinge" else others.min()) + margin, min=0)
    return total / x.shape[0]


def losses_case():
    batch, classes, dimension = 6, 4, 5
    tensors = {"labels": torch.tensor([0, 1, 1, 3, 0, 1])}
    for name, scale in {"near": 0.5, "far": 6.0}.items():  # repulsion active, and inactive
        x, centroids = leaf(batch, dimension, scale=scale), leaf(classes, dimension, scale=scale)
        attraction, repulsion, loss = code_large_margin(x, tensors["labels"], centroids)
        (0.01 * loss).backward()
        tensors.update({f"{name}.x": x, f"{name}.centroids": centroids, f"{name}.attraction": attraction, f"{name}.repulsion": repulsion,
                        f"{name}.loss": loss, f"{name}.code.grad_x": x.grad, f"{name}.code.grad_centroids": centroids.grad})
        for form in ("mean-hinge", "nearest-hinge"):
            y = x.detach().clone().requires_grad_()
            loss = hinge(y, tensors["labels"], centroids.detach(), form)
            (0.1 * loss).backward()
            tensors.update({f"{name}.{form}.loss": loss, f"{name}.{form}.grad_x": y.grad})
    write("losses", tensors)


def centroid_case():
    """Six steps of each centroid rule from the same start. Class 4 is never seen: only decay and repulsion move it."""
    batch, classes, dimension, steps = 8, 5, 6, 6
    start = randn(classes, dimension)
    features, labels = randn(steps, batch, dimension), torch.randint(0, 4, (steps, batch))
    tensors = {"start": start, "features": features, "labels": labels}
    centroids = nn.Parameter(start.clone())
    optimizer = torch.optim.SGD([centroids], lr=0.01, momentum=0.9, weight_decay=5e-4)
    history = []
    for step in range(steps):
        optimizer.zero_grad()
        (0.01 * code_large_margin(features[step], labels[step], centroids)[2]).backward()
        optimizer.step()
        history.append(centroids.detach().clone())
    tensors["code"] = torch.stack(history)

    centroids, history = start.clone(), []
    for step in range(steps):
        moved = torch.zeros_like(centroids)
        for i in range(classes):
            members = features[step][labels[step] == i]
            moved[i] = (centroids[i] - members).sum(0) / (1 + len(members))
        centroids = centroids - 0.5 * moved
        history.append(centroids.clone())
    tensors["centerloss"] = torch.stack(history)
    write("centroids", tensors)


# --- Backbones ----------------------------------------------------------------------------------------------------------


def state(module, prefix):
    return {prefix + name: value.clone() for name, value in module.state_dict().items()}


def backbone_case(name, backbone, images):
    """One training pass (outputs, gradients, running statistics) and then one evaluation pass."""
    snap(backbone)
    tensors = {"images": images, **state(backbone, "before.")}
    out = backbone(images)
    upstream = randn(*out.shape)
    (out * upstream).sum().backward()
    tensors.update({"train": out, "upstream": upstream, **gradients(backbone)})
    tensors.update({"after." + key: value.clone() for key, value in backbone.named_buffers()})
    backbone.eval()
    tensors["eval"] = backbone(images)
    write(name, tensors)


# --- The whole model, one training step -----------------------------------------------------------------------------------


class Model(nn.Module):
    def __init__(self, classes, width, dimension, height, width_map):
        super().__init__()
        self.backbone = CifarResNet(1, width)
        self.attention = Attention(4 * width, height, width_map)
        self.fc_add = nn.Linear(4 * width, dimension)
        self.head = Head(dimension, classes)
        self.centroids = nn.Parameter(torch.randn(classes, dimension))

    def forward(self, images):
        f, _, _ = self.attention(self.backbone(images))
        direct = F.relu(self.fc_add(f.mean(dim=(2, 3))))
        return direct, self.head(direct, self.centroids)


NAMES = {"centroids": "memory.centroids", "head.weight": "classifier.weight", "head.hallucinator": "meta_embedding.hallucinator",
         "head.concept_selector": "meta_embedding.concept_selector"}


def model_name(name):
    """The name that packages/oltr gives to a parameter of `Model`."""
    for ours, theirs in NAMES.items():
        if name == ours or name.startswith(ours + "."):
            return theirs + name[len(ours):]
    return name


def model_case():
    classes, batch = 5, 8
    model = snap(Model(classes, 4, 12, 3, 3))
    images, labels = randn(batch, 3, 12, 12), torch.tensor([0, 1, 2, 2, 3, 0, 4, 1])
    tensors = {"images": images, "labels": labels}
    tensors.update({"before." + model_name(key): value.clone() for key, value in model.state_dict().items()})
    direct, out = model(images)
    classification = F.cross_entropy(out["logits"], labels)
    large_margin = 0.01 * code_large_margin(direct, labels, model.centroids)[2]
    (classification + large_margin).backward()
    tensors.update({"direct": direct, "logits": out["logits"], "classification": classification, "large_margin": large_margin})
    tensors.update({"grad." + model_name(key): value.grad for key, value in model.named_parameters()})
    model.eval()
    direct, out = model(images)
    tensors.update({"eval.logits": out["logits"], "eval.direct": direct, "eval.reachability": out["reachability"]})
    write("full", tensors)


CASES = [
    attention_case, head_case, losses_case, centroid_case, model_case,
    lambda: backbone_case("cifar-resnet", CifarResNet(2, 2), randn(4, 3, 12, 12)),
    lambda: backbone_case("resnet-basic", ResNet(Basic, [1, 1, 1, 1], 2), randn(3, 3, 40, 40)),
    lambda: backbone_case("resnet-bottleneck", ResNet(Bottleneck, [2, 1, 1, 1], 2), randn(3, 3, 40, 40)),
]

if __name__ == "__main__":
    for number, case in enumerate(CASES):
        torch.manual_seed(number)
        case()
