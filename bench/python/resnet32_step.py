"""The peer of bench/resnet32-step.ts and bench/memory.ts: the same network, batch and optimiser in Python PyTorch.

Reads one JSON request a line and answers with one JSON line:
  {"steps": n}     runs n training steps; answers {"seconds": s, "loss": l}
  {"memory": true} answers {"resident": bytes, "peak": bytes} of this process
Closing the input ends it. Arguments: threads, batch size.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, channels_in, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.stride = stride
        self.added = channels - channels_in

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.added:
            before = self.added // 2
            shortcut = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, before, self.added - before))
        else:
            shortcut = x
        out += shortcut
        return F.relu(out)


class ResNet32(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        widths = [(16, 16, 1)] + [(16, 16, 1)] * 4 + [(16, 32, 2)] + [(32, 32, 1)] * 4 + [(32, 64, 2)] + [(64, 64, 1)] * 4
        self.blocks = nn.Sequential(*(Block(*width) for width in widths))
        self.linear = nn.Linear(64, classes)

    def forward(self, x):
        out = self.blocks(F.relu(self.bn1(self.conv1(x))))
        return self.linear(F.adaptive_avg_pool2d(out, 1).flatten(1))


def memory():
    with open("/proc/self/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return {
        "resident": int(fields["VmRSS"].split()[0]) * 1024,
        "peak": int(fields["VmHWM"].split()[0]) * 1024,
    }


def main():
    threads, batch = int(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    images = torch.randn(batch, 3, 32, 32)
    labels = torch.randint(0, 100, (batch,))
    model = ResNet32(100)
    model.train()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=2e-4)
    print(json.dumps({"ready": True, "version": torch.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "memory" in request:
            print(json.dumps(memory()), flush=True)
            continue
        start = time.perf_counter()
        loss = 0.0
        for _ in range(request["steps"]):
            output = model(images)
            total = F.cross_entropy(output, labels)
            loss = total.item()
            optimiser.zero_grad(set_to_none=True)
            total.backward()
            optimiser.step()
        print(json.dumps({"seconds": time.perf_counter() - start, "loss": loss}), flush=True)


main()
