// Backbones by name: the depth of each and nothing else.

import { ConfigError } from '../errors.ts'
import type { Backbone } from './backbone.ts'
import { CifarResNet } from './cifar-resnet.ts'
import type { BackboneName } from './names.ts'
import { BACKBONE_NAMES } from './names.ts'
import type { BlockKind } from './resnet.ts'
import { ResNet } from './resnet.ts'

const RESNETS: Record<string, { kind: BlockKind; blocks: readonly number[] }> = {
  'resnet-10': { kind: 'basic', blocks: [1, 1, 1, 1] },
  'resnet-18': { kind: 'basic', blocks: [2, 2, 2, 2] },
  'resnet-34': { kind: 'basic', blocks: [3, 4, 6, 3] },
  'resnet-50': { kind: 'bottleneck', blocks: [3, 4, 6, 3] },
  'resnet-101': { kind: 'bottleneck', blocks: [3, 4, 23, 3] },
  'resnet-152': { kind: 'bottleneck', blocks: [3, 8, 36, 3] },
}

const CIFAR_BLOCKS: Record<string, number> = {
  'cifar-resnet-20': 3,
  'cifar-resnet-32': 5,
  'cifar-resnet-44': 7,
  'cifar-resnet-56': 9,
}

/** A freshly initialised backbone. Throws ConfigError for a name that is not in BACKBONE_NAMES. */
export function createBackbone(name: BackboneName): Backbone {
  if (name in RESNETS) return new ResNet(RESNETS[name])
  if (name in CIFAR_BLOCKS) return new CifarResNet({ blocksPerStage: CIFAR_BLOCKS[name] })
  throw new ConfigError('backbone', name, `one of ${BACKBONE_NAMES.join(', ')}`)
}
