// An image of the project.

import { useState } from 'preact/hooks'
import { imageAddress } from '../state/api.ts'

interface Props {
  readonly image: string
  readonly alt?: string
  readonly size?: 'small' | 'whole'
}

export function Picture({ image, alt = '', size = 'small' }: Props) {
  const [broken, setBroken] = useState<string | null>(null)
  if (broken === image) {
    return (
      <span class="picture picture-broken" role="img" aria-label="This image cannot be shown">
        ?
      </span>
    )
  }
  return (
    <img
      class="picture"
      src={imageAddress(image, size)}
      alt={alt}
      decoding="async"
      draggable={false}
      onError={() => setBroken(image)}
    />
  )
}
