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

/** C, the channels of each backbone's last feature map. */
export const BACKBONE_CHANNELS: Readonly<Record<BackboneName, number>> = {
  'resnet-10': 512,
  'resnet-18': 512,
  'resnet-34': 512,
  'resnet-50': 2048,
  'resnet-101': 2048,
  'resnet-152': 2048,
  'cifar-resnet-20': 64,
  'cifar-resnet-32': 64,
  'cifar-resnet-44': 64,
  'cifar-resnet-56': 64,
}
