// One image, large, and the images like it.

import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useResource } from '../state/resource.ts'
import { Dialog } from './dialog.tsx'
import { Picture } from './picture.tsx'
import { Shown } from './shown.tsx'

interface Props {
  readonly image: string
  readonly title: string
  readonly onClose: () => void
  readonly children?: ComponentChildren
  readonly startSimilar?: boolean
}

export function ImageDialog({ image: first, title, onClose, children, startSimilar = false }: Props) {
  const [trail, setTrail] = useState([first])
  const [similar, setSimilar] = useState(startSimilar)
  const image = trail.at(-1) ?? first
  const found = useResource('similarImages', similar ? { params: { image }, query: { limit: 24 } } : null)

  // Keys of pages rest while a window is open, so this one listens by itself.
  useEffect(() => {
    const onKey = ({ code, ctrlKey, metaKey }: KeyboardEvent) => {
      if (code === 'KeyS' && !ctrlKey && !metaKey) setSimilar(true)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  return (
    <Dialog title={trail.length === 1 ? title : 'An image like it'} onClose={onClose} wide>
      <div class="image-dialog">
        <Picture image={image} size="whole" alt={title} />
        <div class="stack">
          {trail.length === 1 && children}
          <div class="row">
            {trail.length > 1 && (
              <button type="button" onClick={() => setTrail(trail.slice(0, -1))}>
                ← Back
              </button>
            )}
            {!similar && (
              <button type="button" data-testid="find-similar" data-first onClick={() => setSimilar(true)}>
                <span class="key" aria-hidden="true">
                  S
                </span>{' '}
                Find similar
              </button>
            )}
          </div>
          {similar && (
            <Shown resource={found}>
              {(images) => (
                <div class="image-grid" data-testid="similar-images">
                  {images.map((one) => (
                    <button
                      key={one.image}
                      type="button"
                      class="image-button"
                      onClick={() => setTrail([...trail, one.image])}
                    >
                      <Picture image={one.image} alt={one.className ?? 'not named'} />
                      <span class="image-name">{one.className ?? '–'}</span>
                    </button>
                  ))}
                  {images.length === 0 && <p class="quiet">No other image is known to be like it.</p>}
                </div>
              )}
            </Shown>
          )}
        </div>
      </div>
    </Dialog>
  )
}
