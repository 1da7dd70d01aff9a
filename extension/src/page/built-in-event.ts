/** The event by which the script of the person's choice tells, at document_start, that it is not the default. */
export const builtInEvent = "satchel:built-in";
