"""What bash, zsh and fish complete, from what --help says."""


def words(command):
    return [name for option in command.options for name in option.names]


def valued(command):
    """The options that take the next word."""
    return [o for o in command.options if o.value and not o.value_is_optional]


def function_name(program):
    return "_" + program.replace("-", "_")


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def value_words(option):
    """What a shell of the Bourne family does for an option's value."""
    if option.choices:
        return f"COMPREPLY=($(compgen -W {quoted(' '.join(option.choices))} -- \"$word\"))"
    return 'COMPREPLY=($(compgen -f -- "$word"))' if option.takes_file else ":"


def bash(program, help_):
    function = function_name(program)
    commands = list(help_.all())
    lines = [f"# bash completion for {program}", f"{function}() {{",
             "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}",
             "  local path='' each",
             '  for each in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do', '    case "$path $each" in']
    lines += [f"      {quoted(' ' + ' '.join(c.path) if len(c.path) == 1 else ' '.join(c.path))})"
              f" path={quoted(' '.join(c.path))} ;;" for c in commands if c.path]
    lines += ["    esac", "  done", "  COMPREPLY=()", '  case "$path:$previous" in']
    for command in commands:
        for option in valued(command):
            where = "|".join(quoted(f"{' '.join(command.path)}:{name}") for name in option.names)
            lines.append(f"    {where}) {value_words(option)}; return ;;")
    lines += ["  esac", '  case "$path" in']
    for command in commands:
        offered = [c.path[-1] for c in command.commands] + words(command)
        lines += [f"    {quoted(' '.join(command.path))})",
                  f"      COMPREPLY=($(compgen -W {quoted(' '.join(offered))} -- \"$word\"))"]
        if any(name == "file" for name, _ in command.positionals):
            lines.append('      [[ $word == -* ]] || COMPREPLY+=($(compgen -f -- "$word"))')
        lines.append("      ;;")
    lines += ["  esac", "}", f"complete -o filenames -F {function} {program}", ""]
    return "\n".join(lines)


def zsh_text(text):
    for character in "\\[]:":
        text = text.replace(character, "\\" + character)
    return text


def zsh_option(option):
    """As _arguments wants it: '(-o --output)'{-o,--output}'[text]:FILE:_files'."""
    action = "_files" if option.takes_file else f"({' '.join(option.choices)})"
    value = ""
    if option.value:
        colon = "::" if option.value_is_optional else ":"
        value = f"{colon}{zsh_text(option.value)}:{action if action != '()' else ' '}"
    names = option.names[0]
    if len(option.names) > 1:
        names = f"'({' '.join(option.names)})'{{{','.join(option.names)}}}"
    return f"    {names}{quoted('[' + zsh_text(option.text) + ']' + value)}"


def zsh(program, help_):
    lines = [f"#compdef {program}", ""]
    for command in reversed(list(help_.all())):
        name = "_".join([function_name(program), *command.path]).replace("-", "_")
        lines += [f"{name}() {{", "  local state line", "  _arguments -C \\"]
        options = [zsh_option(o) + " \\" for o in command.options]
        if command.commands:
            lines += [*options, "    '1: :->command' '*:: :->rest'", "  case $state in",
                      "    command)", "      local -a commands=("]
            lines += [f"        {quoted(c.path[-1] + ':' + c.about.splitlines()[0])}"
                      for c in command.commands]
            lines += ["      )", "      _describe command commands ;;", "    rest)",
                      "      case $line[1] in"]
            lines += [f"        {c.path[-1]}) {name}_{c.path[-1].replace('-', '_')} ;;"
                      for c in command.commands]
            lines += ["      esac ;;", "  esac"]
        else:
            has_file = any(n == "file" for n, _ in command.positionals)
            lines += [*options, "    '*: :_files'" if has_file else "    '*: : '"]
        lines += ["}", ""]
    return "\n".join([*lines, f'{function_name(program)} "$@"', ""])


def fish(program, help_):
    at = "__" + program.replace("-", "_") + "_at"
    known = " ".join(sorted({word for c in help_.all() for word in c.path}))
    lines = [f"# fish completion for {program}", f"function {at}",
             "    set -l path", "    for word in (commandline -opc)[2..]",
             f"        contains -- $word {known or chr(34) * 2}; and set -a path $word", "    end",
             "    test \"$path\" = \"$argv\"", "end", f"complete -c {program} -f"]
    for command in help_.all():
        condition = f"complete -c {program} -n {quoted(' '.join([at, *command.path]))}"
        for below in command.commands:
            lines.append(f"{condition} -a {below.path[-1]} -d {quoted(below.about.splitlines()[0])}")
        for option in command.options:
            names = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}"
                             for n in option.names)
            value = " -r" if option.value and not option.value_is_optional else ""
            value += " -F" if option.takes_file else ""
            value += f" -a {quoted(' '.join(option.choices))}" if option.choices else ""
            lines.append(f"{condition} {names}{value} -d {quoted(option.text)}")
        if any(n == "file" for n, _ in command.positionals):
            lines.append(f"{condition} -F")
    return "\n".join([*lines, ""])
