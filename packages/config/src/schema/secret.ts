import * as z from "zod";

/** A value that no log, error or `config.get` shows. Best written as `${NAME}` in the file. */
export const secret = () => z.string().min(1).meta({ secret: true });
