// Model: what it has been, what each version gained, and the button that turns answers into the next.

import { useState } from 'preact/hooks'
import type { ModelVersion } from '../../src/api/schemas.ts'
import { EmptyState } from '../components/empty-state.tsx'
import { GainsChart } from '../components/gains-chart.tsx'
import { JobCard } from '../components/job-card.tsx'
import { agoText, counted } from '../components/numbers.ts'
import { RecognisedGrid } from '../components/recognised-grid.tsx'
import { RoundPicker } from '../components/round-picker.tsx'
import { Shown } from '../components/shown.tsx'
import { VersionCompare } from '../components/version-compare.tsx'
import { VersionMetrics } from '../components/version-metrics.tsx'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'
import { latest } from '../state/live.ts'
import { busy, project, roundToLearn } from '../state/project.ts'
import { useResource } from '../state/resource.ts'
import { mayDo } from '../state/session.ts'

export function ModelPage() {
  const [round, setRound] = useState<number | undefined>(undefined)
  const versions = useResource('versions', {}, ['versions'])
  const jobs = useResource('jobs', {}, ['jobs', 'versions'])
  const ended = (jobs.data ?? [])
    .map(latest)
    .filter(
      ({ kind, state }) =>
        (kind === 'update' || kind === 'explore') && state !== 'running' && state !== 'waiting',
    )
    .toSorted((a, b) => (b.ended ?? 0) - (a.ended ?? 0))
  const last = ended[0]
  return (
    <div class="page" data-testid="page-model">
      <div class="toolbar">
        <h1>Model</h1>
        <RoundPicker round={round} onRound={setRound} />
      </div>
      <UpdatePanel />
      {last && (
        <div class="card">
          <JobCard job={last} />
        </div>
      )}
      <Shown resource={versions}>
        {({ versions: list, gains }) => (
          <>
            {list.length === 0 && (
              <EmptyState title="No version yet">
                <p>The model as it was trained is the first version.</p>
              </EmptyState>
            )}
            <ol class="plain-list versions" aria-label="Versions, the newest first">
              {list
                .toSorted((a, b) => b.version - a.version)
                .map((version) => (
                  <VersionRow key={version.version} version={version} />
                ))}
            </ol>
            {list.length > 1 && (
              <div class="two-columns">
                {gains.length > 1 && (
                  <section class="card">
                    <h2>Accuracy per answers spent</h2>
                    <GainsChart gains={gains} />
                  </section>
                )}
                <VersionCompare key={list.length} versions={list} />
              </div>
            )}
          </>
        )}
      </Shown>
      {(project.value?.rounds.length ?? 0) > 0 && <RecognisedGrid round={round} />}
    </div>
  )
}

function UpdatePanel() {
  const round = roundToLearn.value
  if (round === null) {
    return <p class="notice">When people have named images, their answers become a new version here.</p>
  }
  const update = () => act(() => call('startJob', { body: { kind: 'update', round: round.round } }))
  return (
    <section class="card update-panel">
      <div class="grow">
        <h2>
          {round.updated === null
            ? `Round ${round.round} is ready to be learned`
            : `Round ${round.round} became version ${round.updated}`}
        </h2>
        <p class="quiet">
          {counted(round.answers, 'answer')}, {round.done} of {counted(round.images, 'image')} done,{' '}
          {counted(round.newClasses, 'new class', 'new classes')}
          {round.disagreements > 0 &&
            `. ${counted(round.disagreements, 'image')} are disagreed on and left out until a reviewer settles them`}
          .
        </p>
      </div>
      {mayDo('owner') && round.updated === null && (
        <button
          type="button"
          class="main-button"
          data-testid="update-model"
          disabled={busy.value}
          onClick={update}
        >
          Update the model
        </button>
      )}
    </section>
  )
}

function VersionRow({ version }: { version: ModelVersion }) {
  const { newClasses } = version
  const use = () =>
    act(
      () => call('useVersion', { body: { version: version.version } }),
      `Version ${version.version} is in use.`,
    )
  const created = version.created === null ? Number.NaN : Date.parse(version.created)
  return (
    <li class={version.inUse ? 'card version version-used' : 'card version'} data-testid="version-row">
      <header class="row wrap">
        <h2>Version {version.version}</h2>
        {version.inUse && <span class="badge">in use</span>}
        <span class="quiet grow">
          {version.parent === null ? 'as it was trained' : `from version ${version.parent}`}
          {!Number.isNaN(created) && `, ${agoText(created)}`}
          {version.images > 0 && `, ${counted(version.images, 'image')} named`}
        </span>
        {!version.inUse && mayDo('owner') && (
          <button type="button" data-testid="use-version" onClick={use}>
            Use this version
          </button>
        )}
      </header>
      {newClasses.length > 0 && (
        <p>
          New: {newClasses.slice(0, 12).join(', ')}
          {newClasses.length > 12 && ` and ${newClasses.length - 12} more`}
        </p>
      )}
      {(version.before ?? version.after) !== null && (
        <VersionMetrics before={version.before} after={version.after} />
      )}
    </li>
  )
}
