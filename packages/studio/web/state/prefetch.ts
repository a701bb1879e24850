// Images that come next, loaded and decoded before anybody looks at them.

import { imageAddress } from './api.ts'

const KEPT = 64
/** Oldest first. While an element is held here the browser shows its address again without asking anybody. */
const held = new Map<string, HTMLImageElement>()

export function prefetch(images: readonly string[]): void {
  for (const image of images) {
    const known = held.get(image)
    held.delete(image)
    if (known) {
      held.set(image, known)
      continue
    }
    const element = new Image()
    element.src = imageAddress(image)
    // A failure shows itself where the image is shown.
    element.decode().catch(() => held.delete(image))
    held.set(image, element)
  }
  for (const image of held.keys()) {
    if (held.size <= KEPT) break
    held.delete(image)
  }
}
