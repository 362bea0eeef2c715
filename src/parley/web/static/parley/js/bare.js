/** Pages for people who are not signed in. */
import "./once.js";
