/** The shapes of the wire, passed on so that nobody else imports the generated bindings. */
export type * from '../bindings';
export type * from './backend';
