// Help: what this is about, in a page, and all keys.

import { KeyTable } from '../components/cheat-sheet.tsx'

export function HelpPage() {
  return (
    <div class="page page-help" data-testid="page-help">
      <h1>Help</h1>
      <section class="prose">
        <h2>What you do here</h2>
        <p>
          A model looked through many images and found some that it cannot explain. You say what they show.
          Where you agree with one of its guesses, press the number beside it; otherwise search a class, or
          make a new one.
        </p>
        <h2>Nobody sees your answers before giving their own</h2>
        <p>
          Several people get the same image, and each answers alone. Where they see different things, a
          reviewer decides or sends the image back with a question.
        </p>
        <h2>Many at once</h2>
        <p>
          Images that look alike to the model form a cluster. In the cluster view one keystroke names all of
          them. Take out those that do not belong, by clicking or by drawing around them: they come again
          later.
        </p>
        <h2>When you do not know</h2>
        <p>
          “Unsure” helps as much as a name. “Known, not sure which” says that it is one of the classes the
          model has. “Not an object” and “several objects” keep images out that would teach it something
          wrong.
        </p>
        <h2>Nothing is lost</h2>
        <p>
          Each answer is kept in this browser at once and sent by itself. Without a connection you can go on;
          the mark at the top says how many answers wait. Every answer can be taken back, also tomorrow.
        </p>
      </section>
      <h2>Keys</h2>
      <KeyTable />
    </div>
  )
}
