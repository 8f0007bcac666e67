/** The shapes of the wire, passed on so that nobody else imports the generated bindings. */
import type { SiteRow } from '../bindings';

export type * from '../bindings';

/** A row of the site by its keys; Rust's name for it is an alias, which the bindings do not carry. */
export type Cells = SiteRow['row'];
