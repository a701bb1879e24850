// The frame of every page: navigation, what is going on, and whether everything is saved.

import type { ComponentChildren } from 'preact'
import { act } from '../state/act.ts'
import { cheatSheet } from '../state/hotkeys.ts'
import { currentJob, project } from '../state/project.ts'
import { addressOfPage, PAGES, type PageId, route } from '../state/route.ts'
import { here, leave, mayDo } from '../state/session.ts'
import { CheatSheet } from './cheat-sheet.tsx'
import { JobCard } from './job-card.tsx'
import { SaveState } from './save-state.tsx'
import { ToastList } from './toast-list.tsx'

/** Outlines of 20 by 20 beside the names of the pages. */
const ICONS: Record<PageId, string> = {
  label: 'M3 3h6l8 8-6 6-8-8zM6.5 6.5h.01',
  explore: 'M4 14h.01M8 16h.01M7 11h.01M15 6h.01M12 5h.01M14 9h.01M4 5h.01M16 15h.01',
  review: 'M4 10l4 4 8-8',
  classes: 'M3 5h6v4H3zM11 5h6v4h-6zM3 12h6v4H3zM11 12h6v4h-6z',
  model: 'M3 16l5-5 3 3 6-8M13 6h4v4',
  data: 'M4 16V4M8 16V8M12 16v-5M16 16v-2',
  people: 'M7 9a3 3 0 100-6 3 3 0 000 6zM2 17c0-6 10-6 10 0M14 9a2.5 2.5 0 000-5M14.5 12c2.5.5 3.5 2 3.5 5',
  help: 'M7 7a3 3 0 116 0c0 2-3 2-3 5M10 16h.01',
}

export function Frame({ children }: { children: ComponentChildren }) {
  const job = currentJob.value
  return (
    <div class="frame">
      <button type="button" class="skip-link" onClick={() => document.getElementById('main')?.focus()}>
        To the content
      </button>
      <header class="top">
        <span class="brand">
          <span class="brand-mark" aria-hidden="true" />
          <span class="brand-name">{project.value?.name ?? 'The studio'}</span>
        </span>
        <nav class="nav" aria-label="Pages">
          {PAGES.filter(({ role }) => mayDo(role)).map(({ id, title }) => (
            <a
              key={id}
              href={addressOfPage(id)}
              data-testid={`nav-${id}`}
              aria-current={route.value.page === id ? 'page' : undefined}
            >
              <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
                <path d={ICONS[id]} />
              </svg>
              <span>{title}</span>
            </a>
          ))}
        </nav>
        <div class="top-end">
          <SaveState />
          <details class="me">
            <summary>{here.value?.name}</summary>
            <div class="me-menu">
              <p class="quiet">{here.value?.role}</p>
              <button type="button" onClick={() => act(leave)}>
                Leave
              </button>
            </div>
          </details>
        </div>
      </header>
      {job && (job.state === 'running' || job.state === 'waiting') && (
        <div class="job-strip">
          <JobCard job={job} />
        </div>
      )}
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <ToastList />
      {cheatSheet.value && <CheatSheet onClose={() => (cheatSheet.value = false)} />}
    </div>
  )
}
