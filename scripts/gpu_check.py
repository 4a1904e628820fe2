"""Training images/s of resnet18 and resnet50 in plain PyTorch: the other side of scripts/gpu-check.

Usage: gpu_check.py FOLDER [--device cuda:0] [--small]; writes FOLDER/python.json.
The networks are those of Meanfield, which are torchvision's shapes: the same convolutions, batch norms and
shortcuts, the same optimiser (SGD, Nesterov momentum, weight decay), the same minibatches in size and number. Channels
last, fused and eager: what a careful user of PyTorch gets without torch.compile. 'imagesPerSecond' has the minibatch on the
device from the start; 'imagesPerSecondWithCopy' copies it from pinned memory in every step.
"""

import argparse
import json
import os
import statistics
import time

import torch
from torch import nn
from torch.nn import functional

REPETITIONS = 5


class Block(nn.Module):
    """A basic block (two 3x3) or a bottleneck (1x1, 3x3 with the stride, 1x1)."""

    def __init__(self, before, channels, stride, bottleneck):
        super().__init__()
        narrow = channels // 4 if bottleneck else channels
        plan = (
            [(before, narrow, 1, 1), (narrow, narrow, 3, stride), (narrow, channels, 1, 1)]
            if bottleneck
            else [(before, channels, 3, stride), (channels, channels, 3, 1)]
        )
        self.convolutions = nn.ModuleList(
            nn.Conv2d(i, o, size, step, size // 2, bias=False) for i, o, size, step in plan
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(o) for _, o, _, _ in plan)
        self.shortcut = None
        if before != channels or stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x):
        y = x
        last = len(self.convolutions) - 1
        for i, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            y = norm(convolution(y))
            if i < last:
                y = functional.relu(y, inplace=True)
        return functional.relu(y + (x if self.shortcut is None else self.shortcut(x)), inplace=True)


def resnet(name, classes):
    bottleneck = name == "resnet50"
    blocks = [3, 4, 6, 3] if bottleneck else [2, 2, 2, 2]
    layers = [
        nn.Conv2d(3, 64, 7, 2, 3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, 1),
    ]
    before = 64
    for stage, count in enumerate(blocks):
        channels = (256 if bottleneck else 64) << stage
        for block in range(count):
            layers.append(Block(before, channels, 2 if stage and not block else 1, bottleneck))
            before = channels
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(before, classes))


def measure(name, side, classes, batch, precision, device, steps):
    torch.manual_seed(1)
    allowed = precision != "fp32"
    torch.backends.cuda.matmul.allow_tf32 = allowed
    torch.backends.cudnn.allow_tf32 = allowed
    cuda = device.type == "cuda"
    model = resnet(name, classes).to(device, memory_format=torch.channels_last).train()
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-4, fused=True
    )
    host = torch.randn(batch, 3, side, side).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(classes, (batch,))
    if cuda:
        host, labels = host.pin_memory(), labels.pin_memory()
    here, targets = host.to(device), labels.to(device)

    def step(copies):
        images, goals = here, targets
        if copies:
            images = host.to(device, non_blocking=True)
            goals = labels.to(device, non_blocking=True)
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
            loss = functional.cross_entropy(model(images), goals)
        loss.backward()
        optimizer.step()
        return loss.item()

    def rate(copies):
        for _ in range(steps):
            step(copies)
        rates = []
        for _ in range(REPETITIONS):
            begin = time.perf_counter()
            for _ in range(steps):
                step(copies)
            if cuda:
                torch.cuda.synchronize(device)
            rates.append(steps * batch / (time.perf_counter() - begin))
        return statistics.median(rates)

    return {"imagesPerSecond": rate(False), "imagesPerSecondWithCopy": rate(True)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--small", action="store_true")
    options = parser.parse_args()
    device = torch.device(options.device)
    cuda = device.type == "cuda"
    torch.backends.cudnn.benchmark = True
    if not cuda:
        torch.set_num_threads(1)
    result = {
        "version": torch.__version__,
        "device": torch.cuda.get_device_name(device) if cuda else "processor, 1 thread",
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version() if cuda else None,
        "cases": [],
    }
    names = ["resnet18"] if options.small else ["resnet18", "resnet50"]
    batches = [4] if options.small else [64, 128]
    side, classes, steps = (32, 10, 2) if options.small else (224, 1000, 10)
    for name in names:
        for batch in batches:
            for precision in ["fp32", "tf32", "bf16"]:
                case = {"network": name, "batch": batch, "precision": precision}
                try:
                    case.update(measure(name, side, classes, batch, precision, device, steps))
                except Exception as e:  # the next case may still work
                    case["failure"] = (type(e).__name__ + ": " + str(e)).splitlines()[0][:400]
                if cuda:
                    torch.cuda.empty_cache()
                result["cases"].append(case)
                print("PyTorch", json.dumps(case), flush=True)
                path = os.path.join(options.folder, "python.json")
                with open(path + ".part", "w", encoding="utf-8") as file:
                    json.dump(result, file, indent=2)
                os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
