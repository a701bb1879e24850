// The first screen: what this is, and how to begin, for somebody who has read nothing.

import { useState } from 'preact/hooks'
import { act } from '../state/act.ts'
import { call } from '../state/api.ts'
import { busy, project } from '../state/project.ts'
import { addressOfPage } from '../state/route.ts'
import { countText } from './numbers.ts'

const STEPS = [
  {
    title: 'Pick images',
    text: 'The model looks through a folder and finds the images it cannot explain, those worth asking about.',
  },
  {
    title: 'People name them',
    text: 'Each image goes to several people who do not see each other’s answers. New classes are made on the way.',
  },
  {
    title: 'The model learns',
    text: 'One button turns the answers into a new version and shows what it gained.',
  },
]

export function StartPanel() {
  return (
    <div class="start">
      <header class="start-head">
        <h1>Teach the model what it has never seen</h1>
        <p>It knows {countText(project.value?.knownClasses ?? 0)} classes. Three steps make it know more.</p>
      </header>
      <ol class="start-steps">
        {STEPS.map(({ title, text }, index) => (
          <li key={title} class={index === 0 ? 'start-step start-step-now' : 'start-step'}>
            <span class="start-number" aria-hidden="true">
              {index + 1}
            </span>
            <h2>{title}</h2>
            <p class="quiet">{text}</p>
          </li>
        ))}
      </ol>
      <RoundForm />
      <p class="quiet">
        Several people? <a href={addressOfPage('people')}>Invite them</a> now; they can begin as soon as
        images are picked.
      </p>
    </div>
  )
}

/** Starts a round: a folder of images, or sample images where the run has some. */
export function RoundForm() {
  const [pool, setPool] = useState('')
  const [budget, setBudget] = useState('10%')

  const explore = (event: Event) => {
    event.preventDefault()
    act(() => call('startJob', { body: { kind: 'explore', pool: pool.trim(), budget: budget.trim() } }))
  }
  const sample = () => act(() => call('startJob', { body: { kind: 'sample-pool' } }))

  return (
    <div class="start-forms">
      {project.value?.samples && (
        <section class="card start-samples">
          <h3>Just looking?</h3>
          <p class="quiet">Draws images that training never saw, some of them of unknown classes.</p>
          <button
            type="button"
            class="main-button"
            data-testid="start-samples"
            disabled={busy.value}
            onClick={sample}
          >
            Try it with sample images
          </button>
        </section>
      )}
      <form class="card" onSubmit={explore}>
        <h3>Your images</h3>
        <label class="field">
          <span>Folder on the machine that runs the studio</span>
          <input
            data-testid="start-pool"
            value={pool}
            placeholder="/home/me/photos"
            required
            spellcheck={false}
            onInput={(event) => setPool(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>How many to ask about: a number, or a share of the folder</span>
          <input
            data-testid="start-budget"
            class="short-field"
            value={budget}
            pattern="\d{1,7}%?"
            title="A number such as 200, or a share such as 10%"
            required
            onInput={(event) => setBudget(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="main-button" data-testid="start-explore" disabled={busy.value}>
          Find the open images
        </button>
      </form>
    </div>
  )
}
