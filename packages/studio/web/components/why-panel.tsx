// Why this image was chosen: its scores among those of the round, and the classes it lies nearest to.

import { useResource } from '../state/resource.ts'
import { Meter } from './meter.tsx'
import { percentText } from './numbers.ts'
import { Picture } from './picture.tsx'
import { Shown } from './shown.tsx'

const SCORES = [
  { key: 'openness', name: 'Openness', text: 'more open than' },
  { key: 'informativeness', name: 'Informativeness', text: 'more informative than' },
  { key: 'energy', name: 'Energy', text: 'a higher energy than' },
] as const

export function WhyPanel({ task }: { task: string }) {
  const why = useResource('whyTask', { params: { task } })
  return (
    <section class="why" data-testid="why-panel" aria-label="Why this image">
      <Shown resource={why}>
        {(data) => (
          <>
            <p>{data.text}</p>
            <dl class="scores">
              {SCORES.map(({ key, name, text }) => (
                <div key={key} class="score">
                  <dt>
                    {name} <span class="quiet">{data[key].toFixed(3)}</span>
                  </dt>
                  <dd>
                    <Meter value={data.ranks[key]} label={name} />
                    <span class="quiet">
                      {text} {percentText(data.ranks[key])} of the round
                    </span>
                  </dd>
                </div>
              ))}
            </dl>
            {data.nearest.length > 0 && <h3>Nearest classes</h3>}
            <ul class="plain-list">
              {data.nearest.map(({ class: id, name, distance, examples }) => (
                <li key={id} class="nearest">
                  <span class="grow">
                    {name} <span class="quiet">{distance.toFixed(2)} away</span>
                  </span>
                  <span class="thumbs">
                    {examples.slice(0, 4).map((image) => (
                      <Picture key={image} image={image} />
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </Shown>
    </section>
  )
}
