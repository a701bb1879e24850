// The stage-2 head (meta-embedding, cosine classifier) of a given size with random weights, and the same head as it is
// written down in the paper: the distances as a (B, K, D) tensor of differences, and a full sort to find the smallest.

import { ops, scope, type Tensor } from '@oltr/torch'
import { crossEntropy } from '@oltr/torch/nn'
import { ModelConfig, OpenLongTailedModel } from 'oltr'

export interface Head {
  readonly model: OpenLongTailedModel
  /** Direct features, (B, D), with gradient. */
  readonly direct: Tensor
  /** (B,) */
  readonly labels: Tensor
}

/** B images, K classes, features of D numbers. */
export function createHead(batch: number, classes: number, dimension: number): Head {
  const config = ModelConfig.parse({
    hallucinator: { init: 'random' },
    backbone: 'cifar-resnet-20',
    imageSize: 32,
    fcAdd: dimension,
    attention: 'none',
  })
  const model = new OpenLongTailedModel(config, classes)
  scope(() => model.memory.set(ops.randn([classes, dimension])))
  const direct = ops.randn([batch, dimension]).requiresGrad_()
  const labels = ops.randint(classes, [batch], { dtype: 'int64' })
  return { model, direct, labels }
}

/** Logits (B, K) by the product's head. */
export function ourLogits({ model, direct }: Head): Tensor {
  return model.recognise(direct).logits
}

/** The same logits (B, K) by the literal formulation; all but the distances is shared with ours. */
export function literalLogits({ model, direct }: Head): Tensor {
  const { hallucinator, conceptSelector, reachability } = model.metaEmbedding
  const centroids = model.memory.centroids.detach() // (K, D)
  const [[batch, dimension], classes] = [direct.shape, model.classes]
  const features = direct.unsqueeze(1).expand([batch, classes, dimension]) // (B, K, D)
  const compared = centroids.unsqueeze(0).expand([batch, classes, dimension]) // (B, K, D)
  const distances = features.sub(compared).norm(2, 2) // (B, K)
  const [sorted] = distances.sort({ dim: 1 }) // (B, K)
  const scale = reachability.forward(sorted.select(1, 0)) // (B,)
  const infused = conceptSelector.forward(direct).mul(hallucinator.recall(direct, centroids)) // (B, D)
  const meta = direct.add(infused).mul(scale.unsqueeze(1)) // (B, D)
  return model.classifier.forward(meta) // (B, K)
}

/** Forward and backward through logits made by one of the two. */
export function headStep(head: Head, logits: (head: Head) => Tensor): void {
  scope(() => crossEntropy(logits(head), head.labels).backward())
  scope(() => {
    head.direct.grad = null
    for (const parameter of head.model.parameters()) parameter.grad = null
  })
}
