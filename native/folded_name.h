// Names that are not spelt the same and yet may be one: on a volume that ignores case (APFS and HFS Plus as
// they come, NTFS, ext4 directories with the casefold flag) an entry answers to more spellings than its own.
#pragma once

#include <string>
#include <string_view>

namespace ploke {

// Whether folded_name would give the same.
bool is_folded(std::string_view name);

// The spelling in ASCII's lower case of whatever any of these file systems may take for the same name, of
// names whose own letters are ASCII: capitals, the Kelvin sign, which is a k to Unicode (CaseFolding.txt),
// and the characters that are passed over (Default_Ignorable_Code_Point in DerivedCoreProperties.txt; HFS
// Plus and ext4 leave them out). Everything else stays as it is.
std::string folded_name(std::string_view name);

}  // namespace ploke
