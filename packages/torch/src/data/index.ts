// The door of `@oltr/torch/data`: images from memory or files, transforms, samplers, and the loader that joins them.

export { ClassAwareSampler, type ClassAwareSamplerOptions } from './class-aware-sampler.ts'
export { type ClassMembers, classMembers } from './class-members.ts'
export {
  ClassWeightedSampler,
  type ClassWeights,
  classBalancedSampler,
  progressivelyBalancedSampler,
  squareRootSampler,
  type WeightedSamplerOptions,
} from './class-weighted-sampler.ts'
export { DataLoadError, DataOptionError, type ImageFault } from './data-errors.ts'
export { type DecodedImage, decodeImage, inspectImage, loadImages } from './decode-image.ts'
export { ImageBatch, ImageLoader, type ImageLoaderOptions, type ImageSource } from './image-loader.ts'
export type { EncodedImage } from './native-images.ts'
export type { Sampler, SamplerState, Shard } from './sampler.ts'
export { type RandomState, SeededRandom } from './seeded-random.ts'
export { SequentialSampler, type SequentialSamplerOptions } from './sequential-sampler.ts'
export { ShuffleSampler, type ShuffleSamplerOptions } from './shuffle-sampler.ts'
export {
  cifarEval,
  cifarStatistics,
  cifarTrain,
  imagenetEval,
  imagenetStatistics,
  imagenetTrain,
  inaturalistEval,
  inaturalistStatistics,
  inaturalistTrain,
  neutralStatistics,
  placesEval,
  placesTrain,
  smallEval,
  smallTrain,
} from './transform-presets.ts'
export { completeTransforms, type ImageSize, outputSize, type Transform } from './transforms.ts'
