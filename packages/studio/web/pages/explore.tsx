// Explore: all images of a round as a map, on which like lies beside like.

import { useMemo, useState } from 'preact/hooks'
import { EmptyState } from '../components/empty-state.tsx'
import { ImageDialog } from '../components/image-dialog.tsx'
import { JobCard } from '../components/job-card.tsx'
import { counted } from '../components/numbers.ts'
import { Picture } from '../components/picture.tsx'
import { RoundPicker } from '../components/round-picker.tsx'
import { ScatterMap } from '../components/scatter-map.tsx'
import { Segments } from '../components/segments.tsx'
import { Shown } from '../components/shown.tsx'
import { RoundForm } from '../components/start-panel.tsx'
import { VirtualGrid } from '../components/virtual-grid.tsx'
import { liveJobs } from '../state/live.ts'
import { type ColourBy, colourMap, type MapData } from '../state/map-colours.ts'
import { currentJob, project } from '../state/project.ts'
import { useResource } from '../state/resource.ts'
import { mayDo } from '../state/session.ts'

const COLOURS: readonly { value: ColourBy; text: string }[] = [
  { value: 'class', text: 'Class' },
  { value: 'openness', text: 'Openness' },
  { value: 'named', text: 'Named' },
  { value: 'asked', text: 'Asked' },
]

export function ExplorePage() {
  const [round, setRound] = useState<number | undefined>(undefined)
  const rounds = project.value?.rounds.length ?? 0
  const map = useResource('map', rounds > 0 ? { query: round === undefined ? {} : { round } } : null, [
    'rounds',
    'jobs',
    'answers',
  ])
  return (
    <div class="page page-explore" data-testid="page-explore">
      {rounds === 0 ? (
        <EmptyState title="No images yet">
          <p>When images are picked, they lie here as a map, like beside like.</p>
          {mayDo('owner') && <RoundForm />}
        </EmptyState>
      ) : (
        <Shown resource={map}>
          {(data) =>
            data.map === null ? (
              <MapIsComing />
            ) : (
              <MapDesk map={data.map} picker={<RoundPicker round={round} onRound={setRound} />} />
            )
          }
        </Shown>
      )}
      {rounds > 0 && mayDo('owner') && (
        <details class="fold">
          <summary>Start another round</summary>
          <RoundForm />
        </details>
      )}
    </div>
  )
}

function MapIsComing() {
  const job = [...liveJobs.value.values()].findLast(({ kind }) => kind === 'map')
  return (
    <EmptyState title="The map is being drawn">
      <p>
        Every image gets a place beside those it is like. This takes a moment and shows itself when it is
        done.
      </p>
      {job && job.id !== currentJob.value?.id && <JobCard job={job} />}
    </EmptyState>
  )
}

function MapDesk({ map, picker }: { map: MapData; picker: preact.ComponentChildren }) {
  const [by, setBy] = useState<ColourBy>('class')
  const [tool, setTool] = useState<'move' | 'lasso'>('move')
  const [chosen, setChosen] = useState<number[]>([])
  const [opened, setOpened] = useState<number | null>(null)
  const colouring = useMemo(() => colourMap(map, by), [map, by])

  return (
    <div class="map-desk">
      <div class="toolbar">
        {picker}
        <Segments label="Colour by" value={by} onChoose={setBy} options={COLOURS} />
        <Segments
          label="Dragging"
          value={tool}
          onChoose={setTool}
          options={[
            { value: 'move', text: 'Move' },
            { value: 'lasso', text: 'Lasso', testId: 'lasso-mode' },
          ]}
        />
        <span class="quiet">{counted(map.images.length, 'image')}</span>
      </div>
      <div class="map-parts">
        <ScatterMap
          map={map}
          colouring={colouring}
          chosen={chosen}
          lassoMode={tool === 'lasso'}
          onChoose={setChosen}
          onOpen={setOpened}
        />
        <aside class="map-side" aria-label="Chosen images">
          <ul class="legend">
            {colouring.legend.map(({ text, colour }) => (
              <li key={text}>
                <span class="legend-dot" style={{ background: colour }} />
                {text}
              </li>
            ))}
          </ul>
          {chosen.length === 0 ? (
            <p class="quiet">
              Click a point to see its image. Choose Lasso and draw around points to see them all.
            </p>
          ) : (
            <>
              <div class="row">
                <strong class="grow">{counted(chosen.length, 'image')}</strong>
                <button type="button" class="plain-button" onClick={() => setChosen([])}>
                  Clear
                </button>
              </div>
              <VirtualGrid
                total={chosen.length}
                cellWidth={84}
                cellHeight={84}
                label="Images inside the lasso"
                testId="lasso-grid"
                render={(index) => {
                  const i = chosen[index]!
                  return <Picture image={map.images[i]!} alt={map.classNames[i]!} />
                }}
                onOpen={(index) => setOpened(chosen[index]!)}
              />
            </>
          )}
        </aside>
      </div>
      {opened !== null && (
        <ImageDialog
          key={opened}
          image={map.images[opened]!}
          title={map.classNames[opened]!}
          onClose={() => setOpened(null)}
        >
          <p>
            {map.named[opened] ? 'Named by people.' : 'This is what the model takes it for.'}{' '}
            {map.asked[opened] ? 'It was asked about.' : 'It was not asked about.'}
          </p>
          <p class="quiet">
            Openness {map.openness[opened]!.toFixed(3)}, informativeness{' '}
            {map.informativeness[opened]!.toFixed(3)}
          </p>
        </ImageDialog>
      )}
    </div>
  )
}
