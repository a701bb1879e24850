// The backbones that can be asked for by name. Kept apart from the networks so that a configuration can be checked
// without libtorch.

export const BACKBONE_NAMES = [
  'resnet-10',
  'resnet-18',
  'resnet-34',
  'resnet-50',
  'resnet-101',
  'resnet-152',
  'cifar-resnet-20',
  'cifar-resnet-32',
  'cifar-resnet-44',
  'cifar-resnet-56',
] as const

export type BackboneName = (typeof BACKBONE_NAMES)[number]
