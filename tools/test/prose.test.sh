# shellcheck shell=bash
# The words of the code: names are the field's, comments have a subject. docs/glossary.md has the few that are ours.

java_sources() { git ls-files -co --exclude-standard -- '*.java'; }

# type_comments FILE...: the first words of each type's comment, as "FILE TYPE: WORDS".
type_comments() {
  awk '
    FNR == 1 { inside = 0; comment = "" }
    /^ *\/\*\*/ { inside = 1; comment = "" }
    inside {
      line = $0
      sub(/^ *\/?\*+\/? ?/, "", line); sub(/ *\*\/ *$/, "", line)
      comment = comment (comment == "" ? "" : " ") line
      if (/\*\//) { inside = 0; fresh = 1; sub(/^ */, "", comment) }
      next
    }
    fresh && /^ *(@|$)/ { next }
    fresh {
      fresh = 0
      if (match($0, /(class|record|interface|enum|@interface) +[A-Z][A-Za-z0-9]*/) && $0 !~ /^ *\*/) {
        type = substr($0, RSTART, RLENGTH); sub(/.* /, "", type)
        print FILENAME " " type ": " substr(comment, 1, 60)
      }
    }' "$@"
}

# one_in_a_hundred LEAST KIND FORM: of the lines of comments, LEAST at least, that many may have the FORM of one without a
# subject.
one_in_a_hundred() {
  local all riddles
  all=$(wc -l <"$TMP/comments")
  [ "$all" -gt "$1" ] || wrong "only $all comments of $2 were found"
  grep -E "$3" "$TMP/comments" >"$TMP/out" || :
  riddles=$(wc -l <"$TMP/out")
  [ $((riddles * 100)) -le "$all" ] || wrong "$riddles of $all comments of $2 have no subject; at most 1 % may"
}

test_type_comments_begin_with_a_subject() {
  java_sources | xargs awk 'FNR == 1 { print FILENAME }' >"$TMP/files"
  # shellcheck disable=SC2046 # one word for each file
  type_comments $(cat "$TMP/files") >"$TMP/comments"
  one_in_a_hundred 500 types \
    '^[^ ]+ [A-Za-z0-9]+: (What|Who|Whom|Whose|One|Whether|How|Where|When|Those|That|Which|All that)\b'
}

test_type_comments_without_a_subject_are_found() {
  printf '/** What it is. */\nfinal class Riddle {}\n\n/** A thing. */\n@Deprecated\npublic record Thing(int a) {}\n' >"$TMP/Riddle.java"
  type_comments "$TMP/Riddle.java" >"$TMP/out"
  expect_says 'Riddle: What it is.'
  expect_says 'Thing: A thing.'
}

# member_comments FILE...: the first words of each comment of a method, field or constant, as "FILE:LINE: WORDS". One
# that begins with "@" has no words of its own.
member_comments() {
  awk '
    /^ +\/\*\*/ {
      line = $0
      sub(/^ *\/\*\*+ */, "", line)
      at = FNR
      if (line == "") {
        if ((getline line) <= 0) next
        sub(/^ *\* ?/, "", line)
      }
      print FILENAME ":" at ": " substr(line, 1, 60)
    }' "$@"
}

test_member_comments_begin_with_a_subject() {
  # shellcheck disable=SC2046 # one word for each file
  member_comments $(java_sources | grep /src/main/) >"$TMP/comments"
  one_in_a_hundred 2000 members ': (What|Who|Whom|Whose|Whether|How|Where|When|Those|Which|All that)\b'
}

test_member_comments_without_a_subject_are_found() {
  printf 'class A {\n    /** How long it is. */\n    int a;\n\n    /**\n     * Whose it is.\n     */\n    int b;\n}\n' >"$TMP/A.java"
  member_comments "$TMP/A.java" >"$TMP/out"
  expect_says 'A.java:2: How long it is.'
  expect_says 'A.java:5: Whose it is.'
}

# declared TERM: where a type, method or field of the name is declared.
declared() {
  case $1 in
  [A-Z]*) java_sources | xargs grep -nE "\b(class|record|interface|enum) $1\b" ;;
  *) java_sources | xargs grep -nE "^ +((public|private|protected|static|final|abstract|synchronized|default|volatile) )*[A-Za-z][A-Za-z0-9_.]*(<.*>)?(\[\])? $1( =|;|\()" ;;
  esac | grep -vE '(return|throw|new|yield|else|case|assert) +'"$1" || :
}

test_no_replaced_term_is_declared() {
  local term
  while read -r term _; do
    case $term in '' | '#'*) continue ;; esac
    declared "$term" >>"$TMP/out"
  done <tools/test/terms.txt
  [ ! -s "$TMP/out" ] || wrong 'terms that tools/test/terms.txt has replaced are declared again'
}

test_a_declared_term_is_found() {
  java_sources() { echo "$TMP/Door.java"; }
  printf 'final class Door {\n    private int turn;\n\n    void welcome(int a) {}\n}\n' >"$TMP/Door.java"
  for term in Door turn welcome; do
    declared "$term" >"$TMP/out"
    [ -s "$TMP/out" ] || wrong "$term is declared and was not found"
  done
  declared farewell >"$TMP/out"
  [ ! -s "$TMP/out" ] || wrong 'farewell is not declared'
}
