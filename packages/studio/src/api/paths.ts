// Every route of the server: its method, its path and who may call it. Plain data, so that the browser loads it as it is;
// schemas.ts says what goes in and out of each. A route that is not listed here does not exist.

/** What somebody may do; each role may do what those before it may. `public`: without a session. */
export const ROLES = ['annotator', 'reviewer', 'owner'] as const
export type Role = (typeof ROLES)[number]

export interface Path {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `:name` stands for a parameter. */
  readonly path: string
  readonly role: Role | 'public'
  readonly summary: string
}

export const paths = {
  health: { method: 'GET', path: '/api/health', role: 'public', summary: 'Whether the server is up' },
  openSession: { method: 'POST', path: '/api/session', role: 'public', summary: 'Come in by a link' },
  closeSession: { method: 'DELETE', path: '/api/session', role: 'annotator', summary: 'Leave' },
  me: { method: 'GET', path: '/api/me', role: 'annotator', summary: 'Who I am' },
  setHotkeys: { method: 'POST', path: '/api/me/hotkeys', role: 'annotator', summary: 'Keys of my own' },
  project: {
    method: 'GET',
    path: '/api/project',
    role: 'annotator',
    summary: 'The project and its progress',
  },
  changeSettings: {
    method: 'PATCH',
    path: '/api/project',
    role: 'owner',
    summary: 'How many people see an image, and how their answers become one',
  },
  live: {
    method: 'GET',
    path: '/api/live',
    role: 'annotator',
    summary: 'What changes, as server-sent events',
  },

  people: { method: 'GET', path: '/api/people', role: 'owner', summary: 'Everybody who may come in' },
  invite: {
    method: 'POST',
    path: '/api/people',
    role: 'owner',
    summary: 'A new person, and the link to come in by',
  },
  renewLink: {
    method: 'POST',
    path: '/api/people/:person/link',
    role: 'owner',
    summary: 'Another link; the old one and all sessions end',
  },
  removePerson: {
    method: 'DELETE',
    path: '/api/people/:person',
    role: 'owner',
    summary: 'Nobody comes in by that link again; answers stay',
  },

  claimTasks: {
    method: 'POST',
    path: '/api/tasks/claim',
    role: 'annotator',
    summary: 'Images for me to name',
  },
  releaseTasks: {
    method: 'POST',
    path: '/api/tasks/release',
    role: 'annotator',
    summary: 'Give claimed images back',
  },
  whyTask: { method: 'GET', path: '/api/tasks/:task/why', role: 'annotator', summary: 'Why this image' },
  giveAnswers: { method: 'POST', path: '/api/answers', role: 'annotator', summary: 'What I see on images' },
  undoAnswers: { method: 'POST', path: '/api/answers/undo', role: 'annotator', summary: 'Take answers back' },
  redoAnswers: { method: 'POST', path: '/api/answers/redo', role: 'annotator', summary: 'Give them again' },
  myAnswers: {
    method: 'GET',
    path: '/api/answers/mine',
    role: 'annotator',
    summary: 'My answers, the newest first',
  },

  searchClasses: { method: 'GET', path: '/api/classes', role: 'annotator', summary: 'Classes by name' },
  nearClasses: {
    method: 'GET',
    path: '/api/classes/near',
    role: 'annotator',
    summary: 'Classes with near names or near images: perhaps the new one is there already',
  },
  createClass: { method: 'POST', path: '/api/classes', role: 'annotator', summary: 'A new class' },
  classImages: {
    method: 'GET',
    path: '/api/classes/:class/images',
    role: 'annotator',
    summary: 'Images of a class',
  },
  renameClass: { method: 'PATCH', path: '/api/classes/:class', role: 'reviewer', summary: 'Another name' },
  addAlias: {
    method: 'POST',
    path: '/api/classes/:class/aliases',
    role: 'reviewer',
    summary: 'A further name',
  },
  mergePreview: {
    method: 'GET',
    path: '/api/classes/:class/merge-preview',
    role: 'reviewer',
    summary: 'What a merge would change',
  },
  mergeClasses: {
    method: 'POST',
    path: '/api/classes/:class/merge',
    role: 'reviewer',
    summary: 'Two classes are one',
  },
  distinguishClasses: {
    method: 'POST',
    path: '/api/classes/:class/distinct',
    role: 'reviewer',
    summary: 'Two classes are not the same, whatever suggests it',
  },
  splitClass: {
    method: 'POST',
    path: '/api/classes/:class/split',
    role: 'reviewer',
    summary: 'One class is two',
  },
  classSuggestions: {
    method: 'GET',
    path: '/api/class-suggestions',
    role: 'reviewer',
    summary: 'Classes that may be one',
  },
  classHistory: {
    method: 'GET',
    path: '/api/class-history',
    role: 'reviewer',
    summary: 'What was done to classes',
  },
  undoClassChange: {
    method: 'POST',
    path: '/api/class-history/undo',
    role: 'reviewer',
    summary: 'Take one change of a class back',
  },

  disagreements: {
    method: 'GET',
    path: '/api/review',
    role: 'reviewer',
    summary: 'Images that wait for a reviewer',
  },
  decide: {
    method: 'POST',
    path: '/api/review/decide',
    role: 'reviewer',
    summary: 'Settle an image, or send it back',
  },
  agreement: {
    method: 'GET',
    path: '/api/review/agreement',
    role: 'reviewer',
    summary: 'How far people agree',
  },
  setControl: {
    method: 'POST',
    path: '/api/review/control',
    role: 'reviewer',
    summary: 'Make an image a hidden control: everybody gets it, its class is known',
  },

  image: {
    method: 'GET',
    path: '/api/images/:image',
    role: 'annotator',
    summary: 'An image, whole or small',
  },
  similarImages: {
    method: 'GET',
    path: '/api/images/:image/similar',
    role: 'annotator',
    summary: 'Images like it',
  },
  map: {
    method: 'GET',
    path: '/api/map',
    role: 'reviewer',
    summary: 'The embedding of a round in the plane',
  },

  versions: { method: 'GET', path: '/api/versions', role: 'reviewer', summary: 'What the model has been' },
  useVersion: {
    method: 'POST',
    path: '/api/versions/use',
    role: 'owner',
    summary: 'Take a version into use',
  },
  recognise: {
    method: 'GET',
    path: '/api/recognised',
    role: 'reviewer',
    summary: 'What the version in use takes the images of a round for',
  },
  jobs: { method: 'GET', path: '/api/jobs', role: 'reviewer', summary: 'Long work, running and done' },
  startJob: {
    method: 'POST',
    path: '/api/jobs',
    role: 'owner',
    summary: 'Explore a folder, or update the model',
  },
  cancelJob: { method: 'POST', path: '/api/jobs/:job/cancel', role: 'owner', summary: 'Stop long work' },

  longTail: { method: 'GET', path: '/api/data/classes', role: 'reviewer', summary: 'Images per class' },
  mistakes: {
    method: 'GET',
    path: '/api/data/mistakes',
    role: 'reviewer',
    summary: 'Where model and people differ',
  },
  exportData: { method: 'GET', path: '/api/export', role: 'reviewer', summary: 'All answers as a file' },
  importData: { method: 'POST', path: '/api/import', role: 'owner', summary: 'Answers from a file' },
} as const satisfies Record<string, Path>

export type RouteName = keyof typeof paths
