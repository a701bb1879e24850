// The page while the server is away: a service worker that keeps the files it is made of, and gives them when nobody else does.
// Nothing of /api passes through here: what people see and say is kept by the page, for the person that it is about.

/** The part of a service worker's scope that is used; the compiler knows the page's alone. */
interface Scope {
  readonly location: Location
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(kind: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(kind: 'fetch', listener: (event: Fetching) => void): void
}
interface Lasting {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching {
  readonly request: Request
  respondWith(reply: Promise<Response>): void
}

/** Put before this file by build-web.ts: the build's hash, and the paths of all files but the page itself. */
declare const BUILD: string
declare const FILES: readonly string[]

const scope = self as unknown as Scope
const KEPT = 'oltr-page-'
const OWN = KEPT + BUILD
/** A server that takes longer to send one small page is as good as away. */
const PATIENCE_MS = 5000

scope.addEventListener('install', (event) => {
  // Tabs of an older build have all their files already: the new one need not wait until they are closed.
  event.waitUntil(
    caches
      .open(OWN)
      .then((cache) => cache.addAll(['/', ...FILES]))
      .then(() => scope.skipWaiting()),
  )
})

scope.addEventListener('activate', (event) => {
  event.waitUntil(forgetOlder().then(() => scope.clients.claim()))
})

async function forgetOlder(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(KEPT) && name !== OWN) await caches.delete(name)
}

scope.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== scope.location.origin) return
  if (request.mode === 'navigate' && pathname === '/') event.respondWith(newestPage(request))
  else if (FILES.includes(pathname)) event.respondWith(keptFile(request))
})

/** From the server where it answers, so that a new build is there at once. */
async function newestPage(request: Request): Promise<Response> {
  const kept = () => caches.match('/', { cacheName: OWN })
  try {
    const reply = await fetch(request.url, { signal: AbortSignal.timeout(PATIENCE_MS) })
    // A proxy speaks for a server that is away.
    return reply.status < 500 ? reply : ((await kept()) ?? reply)
  } catch {
    return (await kept()) ?? Response.error()
  }
}

/** Their names are hashes of what is in them. */
async function keptFile(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: OWN })) ?? fetch(request)
}
