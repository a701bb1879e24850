// The generated files as the loaded library would have them. It asks the addon itself, since the package's door needs
// the file that this makes.

import { native } from '../src/native.ts'
import { type Rendered, render } from './render.ts'

export const loadedVersion = native.libraryInfo().version

/** Renders both files from the schemas of the library that is loaded. */
export function renderLoadedLibrary(): Rendered {
  return render(loadedVersion, native.operatorNames(), (name) => {
    const dot = name.indexOf('.', name.indexOf('::'))
    const found = dot < 0 ? native.lookup(name, '') : native.lookup(name.slice(0, dot), name.slice(dot + 1))
    return found && { ...found, name }
  })
}
