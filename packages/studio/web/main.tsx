// Where the application starts: comes in, listens, and shows the page that the address names.

import { type FunctionComponent, render } from 'preact'
import { useEffect } from 'preact/hooks'
import { EmptyState } from './components/empty-state.tsx'
import { Frame } from './components/frame.tsx'
import { ClassesPage } from './pages/classes.tsx'
import { DataPage } from './pages/data.tsx'
import { ExplorePage } from './pages/explore.tsx'
import { HelpPage } from './pages/help.tsx'
import { LabelPage } from './pages/label.tsx'
import { ModelPage } from './pages/model.tsx'
import { PeoplePage } from './pages/people.tsx'
import { ReviewPage } from './pages/review.tsx'
import { SignInPage } from './pages/sign-in.tsx'
import { listenToKeys } from './state/hotkeys.ts'
import { listen } from './state/live.ts'
import { openOutbox } from './state/outbox.ts'
import { followProject, project } from './state/project.ts'
import { followAddress, PAGES, type PageId, route } from './state/route.ts'
import { comeIn, here, mayDo } from './state/session.ts'

const SHOWN: Record<PageId, FunctionComponent> = {
  label: LabelPage,
  explore: ExplorePage,
  review: ReviewPage,
  classes: ClassesPage,
  model: ModelPage,
  data: DataPage,
  people: PeoplePage,
  help: HelpPage,
}

function Application() {
  const { page } = route.value
  const entry = PAGES.find(({ id }) => id === page)
  useEffect(() => {
    document.title = `${entry?.title ?? ''} · ${project.value?.name ?? 'the studio'}`
  }, [entry, project.value?.name])

  if (here.value === undefined) return null
  if (here.value === null) return <SignInPage />
  const Page = SHOWN[page]
  return (
    <Frame>
      {entry && mayDo(entry.role) ? (
        <Page key={page} />
      ) : (
        <EmptyState title="This page is not for your role">
          <p>Ask the owner of the project if you need it.</p>
        </EmptyState>
      )}
    </Frame>
  )
}

listenToKeys()
await comeIn()
followAddress()
// A link that is opened in this very tab changes the fragment alone.
addEventListener('hashchange', () => location.hash.startsWith('#in=') && location.reload())
if (here.value) {
  openOutbox(here.value.id)
  listen()
  followProject()
}
render(<Application />, document.getElementById('app')!)
// There is none where the page comes over plain HTTP from another machine: browsers allow it nowhere else.
navigator.serviceWorker?.register('/sw.js')
