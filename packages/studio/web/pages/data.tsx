// Data: the long tail, where model and people differ, and files in and out.

import { useCallback, useState } from 'preact/hooks'
import { FORMAT_NAMES, FORMATS_HERE } from '../components/formats.ts'
import { ImageDialog } from '../components/image-dialog.tsx'
import { ImportForm } from '../components/import-form.tsx'
import { LongTailChart } from '../components/long-tail-chart.tsx'
import { counted, percentText } from '../components/numbers.ts'
import { Picture } from '../components/picture.tsx'
import { Shown } from '../components/shown.tsx'
import { VirtualGrid } from '../components/virtual-grid.tsx'
import { addressOf, call } from '../state/api.ts'
import { usePaged } from '../state/paged.ts'
import { useResource } from '../state/resource.ts'
import { goTo } from '../state/route.ts'
import { mayDo } from '../state/session.ts'

export function DataPage() {
  const tail = useResource('longTail', {}, ['answers', 'classes', 'versions'])
  return (
    <div class="page" data-testid="page-data">
      <h1>Data</h1>
      <section class="card" aria-label="Images per class">
        <h2>Images per class</h2>
        <Shown resource={tail}>
          {(classes) => <LongTailChart classes={classes} onOpen={(id) => goTo('classes', id)} />}
        </Shown>
      </section>
      <Mistakes />
      <div class="two-columns">
        <section class="card stack">
          <h2>Export</h2>
          <p class="quiet">Every answer with its image, person, class and time.</p>
          <div class="row wrap">
            {FORMATS_HERE.map((format) => (
              <a
                key={format}
                class="button"
                data-testid={`export-${format}`}
                href={addressOf('exportData', { query: { format } })}
                download
              >
                {FORMAT_NAMES[format]}
              </a>
            ))}
          </div>
        </section>
        {mayDo('owner') && <ImportForm />}
      </div>
    </div>
  )
}

function Mistakes() {
  const [opened, setOpened] = useState<number | null>(null)
  const fetchPage = useCallback(async (offset: number, limit: number) => {
    const page = await call('mistakes', { query: { offset, limit } })
    return { total: page.total, items: page.images }
  }, [])
  const mistakes = usePaged('mistakes', fetchPage, ['answers', 'versions', 'classes'])
  const one = opened === null ? undefined : mistakes.item(opened)
  return (
    <section class="card" aria-label="Where model and people differ">
      <h2>Where model and people differ</h2>
      {mistakes.problem !== null && <p class="bad">{mistakes.problem}</p>}
      <p class="quiet">
        {mistakes.total === null
          ? 'Loading…'
          : mistakes.total === 0
            ? 'Nowhere so far. Images that people agreed on are compared with what the model took them for.'
            : counted(mistakes.total, 'image')}
      </p>
      {(mistakes.total ?? 0) > 0 && (
        <VirtualGrid
          total={mistakes.total ?? 0}
          cellWidth={164}
          cellHeight={204}
          label="Images that model and people name differently"
          testId="mistakes"
          onRange={mistakes.need}
          onOpen={setOpened}
          render={(index) => {
            const mistake = mistakes.item(index)
            if (mistake === undefined) return <span class="picture" />
            return (
              <div class="recognised">
                <Picture image={mistake.image} />
                <span class="recognised-text">
                  <strong class="clip">{mistake.people}</strong>
                  <span class="quiet clip">
                    model: {mistake.model} {percentText(mistake.confidence)}
                  </span>
                </span>
              </div>
            )
          }}
        />
      )}
      {one && (
        <ImageDialog image={one.image} title={one.people} onClose={() => setOpened(null)}>
          <p>
            People say {one.people}; the model took it for {one.model}, sure to {percentText(one.confidence)}.
          </p>
        </ImageDialog>
      )}
    </section>
  )
}
